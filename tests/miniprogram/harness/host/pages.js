/** The stack of pages and their lives. */
import { formatAddress, parseQuery } from './query.js'
import { breach } from './strict.js'

const MAX_DEPTH = 10

export class Pages {
  constructor(facts, backend, space, bar) {
    Object.assign(this, { facts, backend, space, bar, stack: [] })
    this.outlet = document.getElementById('pages')
  }

  get top() {
    return this.stack.at(-1)
  }

  /** Return {name, query} of a page's address, relative to the page on top. */
  resolve(url) {
    const [target, search] = url.split(/\?(.*)/s)
    const base = `http://page/${this.top?.name ?? ''}`
    const name = new URL(target, base).pathname.slice(1)
    if (!this.facts.pages.includes(name)) throw breach(`page "${name}" is not in app.json`)
    return { name, query: parseQuery(search) }
  }

  open({ name, query }) {
    if (this.stack.length >= MAX_DEPTH) throw breach(`more than ${MAX_DEPTH} pages are open`)
    this.#leave()
    const box = document.createElement('wx-page-body')
    const place = document.createElement('i')
    box.append(place)
    this.outlet.append(box)
    const root = this.backend.createRoot('wx-page', this.space, formatAddress(`/${name}`, query))
    const page = root.get()
    Object.assign(page, { route: name, options: query })
    this.stack.push({ name, query, box, root, page })
    root.attach(box, place)
    page.onLoad?.(query)
    this.#enter()
    requestAnimationFrame(() => page.onReady?.())
  }

  redirect(target) {
    this.#close()
    this.open(target)
  }

  relaunch(target) {
    while (this.stack.length > 0) this.#close()
    this.open(target)
  }

  back(delta = 1) {
    if (this.stack.length < 2) return
    for (let n = 0; n < delta && this.stack.length > 1; n += 1) this.#close()
    this.#enter()
  }

  /** Tell the page on top that it is shown again, or hidden, with the whole mini-program. */
  tell(what) {
    this.top?.page[what === 'show' ? 'onShow' : 'onHide']?.()
    this.top?.root.getComponent().triggerPageLifetime(what, [])
  }

  #leave() {
    if (!this.top) return
    this.top.box.hidden = true
    this.tell('hide')
  }

  #enter() {
    this.top.box.hidden = false
    scrollTo(0, 0)
    this.tell('show')
    this.bar.show(this.top.name, this.stack.length > 1)
  }

  #close() {
    const { page, root, box } = this.stack.pop()
    page.onUnload?.()
    root.release()
    box.remove()
  }
}
