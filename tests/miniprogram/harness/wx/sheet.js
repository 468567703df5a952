/** Panels that WeChat lays over the page: dialogs, the subscription panel, permissions. */

/** Show a panel and return the value of the button that was tapped. */
export function ask({ title, text, buttons, content, kind = 'dialog', label }) {
  return new Promise((done) => {
    const shade = make('div', `shade ${kind}`)
    const panel = make('section', 'panel')
    panel.setAttribute('role', 'dialog')
    panel.setAttribute('aria-modal', 'true')
    panel.setAttribute('aria-label', label ?? title ?? text)
    if (title) panel.append(make('h2', '', title))
    if (text) panel.append(make('p', '', text))
    if (content) panel.append(content)
    const row = make('div', 'row')
    for (const { text: caption, value, isMain } of buttons) {
      const button = Object.assign(make('button', isMain ? 'main' : '', caption), { type: 'button' })
      button.dataset.answer = String(value)
      button.addEventListener('click', () => {
        shade.remove()
        done(value)
      })
      row.append(button)
    }
    panel.append(row)
    shade.append(panel)
    document.getElementById('overlay').append(shade)
  })
}

export function make(tag, className, text) {
  return Object.assign(document.createElement(tag), { className, textContent: text ?? '' })
}
