/** Brightness, keeping the screen on, captures of the screen. */
export function screenCalls(host, call) {
  host.screen = { brightness: 0.5, keepsOn: false }
  return {
    setScreenBrightness: call('setScreenBrightness', ({ value }) => {
      host.screen.brightness = value
    }),
    getScreenBrightness: call('getScreenBrightness', () => ({ value: host.screen.brightness })),
    setKeepScreenOn: call('setKeepScreenOn', ({ keepScreenOn }) => {
      host.screen.keepsOn = keepScreenOn
    }),
    setVisualEffectOnCapture: call('setVisualEffectOnCapture', () => ({})),
    onUserCaptureScreen: () => undefined,
    offUserCaptureScreen: () => undefined,
    setClipboardData: call('setClipboardData', () => ({})),
    makePhoneCall: call('makePhoneCall', () => ({})),
    hideKeyboard: call('hideKeyboard', () => document.activeElement?.blur()),
  }
}
