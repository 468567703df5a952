Page({
  data: { mounted: false, second: false, outcome: '', photo: '', stopped: false },
  mount() { this.setData({ mounted: true }) },
  mountSecond() { this.setData({ second: true }) },
  mountAllowed() { wx.requirePrivacyAuthorize({ success: () => this.mount(), fail: (error) => this.tell(error.errMsg) }) },
  tell(outcome: string) { this.setData({ outcome }) },
  refused(event: WechatMiniprogram.CustomEvent<{ errMsg: string }>) { this.tell(event.detail.errMsg) },
  filming() {
    const listener = wx.createCameraContext().onCameraFrame((frame) => {
      listener.stop({ success: () => this.setData({ stopped: true }) })
      setTimeout(() => this.draw(frame), 0)
    })
    listener.start({ fail: (error) => this.tell(error.errMsg) })
  },
  draw(frame: WechatMiniprogram.OnCameraFrameCallbackResult) {
    wx.createSelectorQuery().select('#paper').fields({ node: true, size: true }).exec(([found]) => {
      const canvas = found.node as WechatMiniprogram.Canvas
      canvas.width = frame.width
      canvas.height = frame.height
      const paper = canvas.getContext('2d') as CanvasRenderingContext2D
      const picture = paper.createImageData(frame.width, frame.height)
      picture.data.set(new Uint8ClampedArray(frame.data))
      paper.putImageData(picture, 0, 0)
      const bytes = wx.base64ToArrayBuffer(canvas.toDataURL('image/jpeg', 0.5).split(',')[1]!)
      const [first, second] = new Uint8Array(bytes)
      this.tell(`${frame.width}x${frame.height} ${first},${second}`)
    })
  },
  takePhoto() {
    wx.createCameraContext().takePhoto({ quality: 'low', success: ({ tempImagePath }) => this.setData({ photo: tempImagePath }) })
  },
  forget() {
    const tell = ({ errMsg }: { errMsg: string }) => this.tell(errMsg)
    wx.getFileSystemManager().unlink({ filePath: this.data.photo, success: tell, fail: tell })
  },
  loaded(event: WechatMiniprogram.ImageLoad) { this.tell(`photo ${event.detail.width}`) },
})
