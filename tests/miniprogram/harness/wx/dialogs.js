/** Toast, loading, modal, action sheet, and the question before a page is left. */
import { warn } from '../host/strict.js'
import { failure } from './call.js'
import { ask, make } from './sheet.js'

const MAX_BUTTON = 4
const MAX_TOAST = 7

export function dialogCalls(host, call) {
  const toast = new Toast()
  return {
    showToast: call('showToast', ({ title, icon = 'success', duration = 1500 }) => {
      if (icon !== 'none' && title.length > MAX_TOAST) warn(`toast "${title}" is longer than ${MAX_TOAST} characters`)
      toast.show(title, duration)
    }),
    hideToast: call('hideToast', () => toast.hide()),
    showLoading: call('showLoading', ({ title }) => toast.show(title, Infinity)),
    hideLoading: call('hideLoading', () => toast.hide()),
    showModal: call('showModal', showModal),
    showActionSheet: call('showActionSheet', showActionSheet),
    enableAlertBeforeUnload: call('enableAlertBeforeUnload', ({ message }) => {
      host.pages.top.question = message
    }),
    disableAlertBeforeUnload: call('disableAlertBeforeUnload', () => {
      host.pages.top.question = undefined
    }),
  }
}

class Toast {
  show(title, duration) {
    this.hide()
    this.box = make('div', 'toast', title)
    this.box.setAttribute('role', 'status')
    document.getElementById('overlay').append(this.box)
    if (duration !== Infinity) this.timer = setTimeout(() => this.hide(), duration)
  }

  hide() {
    clearTimeout(this.timer)
    this.box?.remove()
  }
}

async function showModal(options) {
  const { title, content, showCancel = true, editable, placeholderText } = options
  const { cancelText = '取消', confirmText = '确定' } = options
  for (const text of [cancelText, confirmText]) {
    if (text.length > MAX_BUTTON) throw failure(`${text} length should not larger than ${MAX_BUTTON} Chinese characters`)
  }
  const field = editable && Object.assign(make('input', ''), { placeholder: placeholderText ?? '' })
  const cancel = showCancel ? [{ text: cancelText, value: false }] : []
  const buttons = [...cancel, { text: confirmText, value: true, isMain: true }]
  const confirm = await ask({ title, text: editable ? '' : content, content: field, buttons })
  return { confirm, cancel: !confirm, content: field ? field.value : null }
}

async function showActionSheet({ itemList, alertText }) {
  const items = itemList.map((text, value) => ({ text, value }))
  const tapIndex = await ask({ title: alertText, buttons: [...items, { text: '取消', value: -1 }], kind: 'list' })
  if (tapIndex < 0) throw failure('cancel')
  return { tapIndex }
}
