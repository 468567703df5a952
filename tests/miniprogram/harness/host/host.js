/** Hosts the compiled mini-program: WeChat's component framework, our built-in elements, our wx.*. */
import { component, glassEasel, MiniProgramEnv } from 'glass-easel-miniprogram-adapter'
import { defineElements } from '../elements/index.js'
import { BUILT_INS } from '../elements/names.js'
import { createWx } from '../wx/index.js'
import { goBack } from '../wx/navigation.js'
import { watchQueries } from '../wx/query.js'
import { Application } from './application.js'
import { Bar } from './bar.js'
import { connectBackend, passRawProperties, publishIds } from './bridge.js'
import { watchData } from './data.js'
import * as lifecycle from './lifecycle.js'
import { Pages } from './pages.js'
import { parameters } from './parameters.js'
import { formatAddress } from './query.js'
import { violations, warnings, watchErrors } from './strict.js'

export class Host {
  constructor(facts, templates, sheets) {
    this.templates = templates
    this.facts = facts
    watchErrors(glassEasel)
    watchData(component.ComponentCaller)
    watchQueries(component.ComponentCaller)
    passRawProperties(glassEasel)
    publishIds(glassEasel)
    const environment = new MiniProgramEnv()
    this.space = environment.createCodeSpace('', true)
    for (const tag of BUILT_INS) this.space.getComponentSpace().setGlobalUsingComponent(tag, `wx-${tag}`)
    this.backend = environment.associateBackend(connectBackend(glassEasel))
    for (const [name, css] of sheets) {
      this.space.addStyleSheet(name, name)
      this.backend.registerStyleSheetContent(name, css)
    }
    this.#publish()
  }

  #publish() {
    const bar = new Bar(this.facts, () => goBack(this))
    this.pages = new Pages(this.facts, this.backend, this.space, bar)
    this.application = new Application(parameters, this.facts)
    globalThis.wx = createWx(this)
    defineElements(glassEasel, this)
    globalThis.App = (options) => this.application.register(options)
    globalThis.getApp = () => this.application.instance
    globalThis.getCurrentPages = () => this.pages.stack.map(({ page }) => page)
    // WXS has these as globals.
    globalThis.getRegExp = (pattern, flags) => new RegExp(pattern, flags)
    globalThis.getDate = (...parts) => new Date(...parts)
    globalThis.phone = this.#control()
  }

  /** Return what a test or the embedding page may do to the phone. */
  #control() {
    return {
      violations,
      warnings,
      where: () => this.pages.stack.map(({ name }) => name),
      data: () => this.pages.top?.page.data,
      hide: () => this.#toBackground(),
      show: () => this.#toForeground(),
      played: this.played,
      screen: this.screen,
      setMainSwitch: (isOn) => this.settings.set('mainSwitch', isOn),
      setSystemCamera: (isOn) => this.settings.set('system.camera', isOn),
      setWeakNetwork: this.setWeakNetwork,
      open: (address) => this.pages.relaunch(this.pages.resolve(`/${address.replace(/^\//, '')}`)),
    }
  }

  #toBackground() {
    this.pages.tell('hide')
    this.application.hide()
    lifecycle.change('hide')
  }

  #toForeground() {
    const options = this.application.options
    this.application.show()
    lifecycle.change('show', options)
    this.pages.tell('show')
  }

  run(load) {
    load()
  }

  /** Register one page or component of the source. */
  define(name, prefix, load) {
    this.space.addComponentStaticConfig(name, this.#configuration(name))
    if (prefix) this.space.addStyleSheet(name, name, prefix)
    this.space.addCompiledTemplate(name, { groupList: this.templates, content: this.templates[name] })
    this.space.globalComponentEnv(globalThis, name, load)
  }

  #configuration(name) {
    const { component: isComponent, ...unit } = this.facts.units[name]
    // A page written with Component() shares app.wxss like any page.
    return this.facts.pages.includes(name) ? unit : { ...unit, component: isComponent }
  }

  start() {
    const { path, query } = this.application.options
    this.application.show()
    this.pages.open(this.pages.resolve(formatAddress(`/${path}`, query)))
  }
}
