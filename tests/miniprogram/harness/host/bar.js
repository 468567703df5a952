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
    const wanted = themed({ ...this.facts.app.window, ...this.facts.units[name] }, this.facts.app.theme)
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

/** With WeChat's dark mode a value such as @bar is looked up in theme.json, by what the phone is set to. */
function themed(wanted, theme) {
  const colours = theme?.[isDark() ? 'dark' : 'light'] ?? {}
  const value = ([key, said]) => [key, String(said).startsWith('@') ? colours[said.slice(1)] : said]
  return Object.fromEntries(Object.entries(wanted).map(value))
}

export function isDark() {
  return matchMedia('(prefers-color-scheme: dark)').matches
}
