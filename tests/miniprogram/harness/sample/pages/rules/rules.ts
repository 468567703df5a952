Page({
  data: { taps: 0, lives: '', outcome: '', name: '', relations: ['本人', '配偶'], chosen: 0 },
  onLoad(query: Record<string, string>) { this.live(`load ${query['scene'] ?? ''}`) },
  onShow() { this.live('show') },
  onHide() { this.live('hide') },
  live(what: string) { this.setData({ lives: `${this.data.lives}${what};` }) },
  tell(outcome: string) { this.setData({ outcome }) },
  count() { this.setData({ taps: this.data.taps + 1 }) },
  subscribe() {
    wx.requestSubscribeMessage({
      tmplIds: ['template-1'],
      success: (result) => this.tell(String(result['template-1'])),
      fail: (error) => this.tell(error.errMsg),
    })
  },
  subscribeBoth() {
    wx.requestSubscribeMessage({
      tmplIds: ['template-1', 'template-2'],
      success: (result) => this.tell(`${result['template-1']} ${result['template-2']}`),
      fail: (error) => this.tell(error.errMsg),
    })
  },
  subscribeToSix() {
    const tmplIds = [1, 2, 3, 4, 5, 6].map((one) => `template-${one}`)
    wx.requestSubscribeMessage({ tmplIds, fail: (error) => this.tell(`${error.errCode}`) })
  },
  async subscribeLate() {
    await wx.login()
    this.subscribe()
  },
  callUnknown() { (wx as unknown as Record<string, () => void>)['noSuchCall']!() },
  goNowhere() { wx.navigateTo({ url: '/pages/nowhere/nowhere', fail: (error) => this.tell(error.errMsg) }) },
  ask() {
    const data = new Uint8Array([0, 255, 10]).buffer
    wx.request({
      url: 'https://example.invalid/mp/echo',
      method: 'POST',
      data,
      success: (reply) => this.tell(`${reply.statusCode} ${JSON.stringify(reply.data)}`),
      fail: (error) => this.tell(error.errMsg),
    })
  },
  scan() { wx.scanCode({ success: ({ path, result }) => this.tell(path || result) }) },
  openCamera() { wx.navigateTo({ url: '../camera/camera' }) },
  typed(event: WechatMiniprogram.Input) { this.setData({ name: event.detail.value }) },
  picked(event: WechatMiniprogram.PickerChange) { this.setData({ chosen: Number(event.detail.value) }) },
  agreed(event: WechatMiniprogram.CheckboxGroupChange) { this.tell(event.detail.value.join()) },
})
