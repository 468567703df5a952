/** What keeps an elderly person from reading or tapping a page: small text, small targets, what is cut or too wide. */
;(() => {
  const LEAST_TEXT = 18
  const LEAST_TARGET = 44
  const TARGETS = 'wx-button, [role=button], [role=radio], [role=checkbox], wx-picker, wx-input'
  const page = document.querySelector('wx-page-body:not([hidden])')

  const isShown = (element) => element.offsetParent && !element.closest('[aria-hidden=true]')
  const hasText = (element) => [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim())
  const named = (element) => `${element.localName} ${element.getAttribute('mp-id') ?? ''} "${element.innerText.slice(0, 20)}"`

  const pen = document.createElement('canvas').getContext('2d')
  const hintWidth = (field) => {
    pen.font = getComputedStyle(field).font
    return pen.measureText(field.placeholder).width
  }

  function* barriers(element) {
    const { fontSize, overflowX } = getComputedStyle(element)
    const { width, height, right } = element.getBoundingClientRect()
    if (hasText(element) && parseFloat(fontSize) < LEAST_TEXT) yield `text of ${fontSize}`
    if (element.matches(TARGETS) && Math.min(width, height) < LEAST_TARGET) yield `target of ${width}x${height}`
    if (element.localName === 'input' && !element.value && hintWidth(element) > element.clientWidth + 1) yield `hint cut: ${element.placeholder}`
    if (right > innerWidth + 1) yield 'wider than the screen'
    if (hasText(element) && overflowX === 'hidden' && element.scrollWidth > element.clientWidth + 1) yield 'cut'
  }

  const elements = [...page.querySelectorAll('*')].filter(isShown)
  return elements.flatMap((element) => [...barriers(element)].map((found) => `${found}: ${named(element)}`))
})()
