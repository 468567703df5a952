/** The one App() of a mini-program. */
import { parseQuery } from './query.js'

export class Application {
  constructor(parameters, facts) {
    const [path, search] = parameters.page.split(/\?(.*)/s)
    this.options = { path: path || facts.pages[0], query: parseQuery(search), scene: parameters.scene, referrerInfo: {} }
    this.instance = { globalData: {} }
  }

  register(options) {
    this.instance = Object.assign(options, { globalData: options.globalData ?? {} })
    options.onLaunch?.(this.options)
  }

  show() {
    this.instance.onShow?.(this.options)
  }

  hide() {
    this.instance.onHide?.()
  }
}
