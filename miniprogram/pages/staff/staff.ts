import * as api from '../../services/api'
import { shell, title } from '../../services/appearance'
import { duty } from '../../services/duty'
import { back, restart } from '../../services/navigation'
import { asProblem } from '../../services/problem'
import { explain, fill, strings } from '../../services/strings/index'

/** A member of staff binds their own WeChat by the code an administrator gave them. */
Page({
  data: {
    ...shell('staff'),
    scan: strings().cashier.scan,
    code: '',
    bound: '',
    duty: [] as string[],
    busy: false,
    error: '',
  },

  onReady() {
    title(this.data.t.title)
  },

  onCode(event: WechatMiniprogram.Input) {
    this.setData({ code: event.detail.value.trim(), error: '' })
  },

  async onBind() {
    if (this.data.busy) return
    this.setData({ busy: true, error: '' })
    try {
      const { name, institution, ...at } = await api.bindStaff(this.data.code)
      this.setData({ busy: false, code: '', bound: fill(this.data.t.bound_as, { name, institution }), duty: duty(at) })
    } catch (thrown) {
      this.setData({ busy: false, error: explain(asProblem(thrown).code, true) })
    }
  },

  onScan() {
    restart('cashier')
  },

  onBack() {
    back('verify')
  },
})
