/** The bar at the top: title, back arrow, and WeChat's capsule. */
export class Bar {
  constructor(facts, goBack) {
    this.facts = facts
    this.bar = document.getElementById('bar')
    this.title = this.bar.querySelector('h1')
    this.back = this.bar.querySelector('button')
    this.back.addEventListener('click', goBack)
  }

  show(name, canGoBack) {
    const wanted = { ...this.facts.app.window, ...this.facts.units[name] }
    this.bar.hidden = wanted.navigationStyle === 'custom'
    this.bar.style.background = wanted.navigationBarBackgroundColor ?? '#000000'
    this.bar.style.color = wanted.navigationBarTextStyle === 'black' ? '#000' : '#fff'
    document.body.style.background = wanted.backgroundColor ?? '#ffffff'
    this.setTitle(wanted.navigationBarTitleText ?? '')
    this.back.hidden = !canGoBack
  }

  setTitle(text) {
    this.title.textContent = text
    document.title = text
  }

  setColours(text, background) {
    this.bar.style.color = text
    this.bar.style.background = background
  }
}
