/** Shows the chosen person's service messages; a tap on one opens the mini-program on its page. */
const EVERY_MS = 2000
const form = document.querySelector('form[target=phone]')
const list = document.getElementById('messages')
let shown = ''

function open(page) {
  form.page.value = page
  form.requestSubmit()
}

function card({ data, page, sent_at: sentAt }) {
  const words = Object.values(data).map(({ value }) => value)
  const button = document.createElement('button')
  button.textContent = `${sentAt.slice(11, 19)} UTC　${words.join('　')}`
  button.addEventListener('click', () => open(page))
  return button
}

async function refresh() {
  const answer = await fetch(`/sim/v1/chats/${form.openid.value}`).catch(() => null)
  const { messages } = answer?.ok ? await answer.json() : { messages: [] }
  const now = JSON.stringify(messages)
  if (now === shown) return
  shown = now
  if (messages.length > 0) list.replaceChildren(...messages.reverse().map(card))
  else list.textContent = '还没有消息。'
}

// Staff begin on their scanner.
form.openid.addEventListener('change', () => {
  form.page.value = form.openid.selectedOptions[0].dataset.page ?? ''
  return refresh()
})
setInterval(refresh, EVERY_MS)
refresh()
