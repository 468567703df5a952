/** Foreground, background, launch options, updates. */
import * as lifecycle from '../host/lifecycle.js'

export function lifecycleCalls(host) {
  return {
    onAppShow: (listener) => void lifecycle.on('show', listener),
    offAppShow: (listener) => lifecycle.off('show', listener),
    onAppHide: (listener) => void lifecycle.on('hide', listener),
    offAppHide: (listener) => lifecycle.off('hide', listener),
    getLaunchOptionsSync: () => host.application.options,
    getEnterOptionsSync: () => host.application.options,
    onError: () => undefined,
    onUnhandledRejection: () => undefined,
    onMemoryWarning: () => undefined,
    getUpdateManager: () => ({
      onCheckForUpdate: () => undefined,
      onUpdateReady: () => undefined,
      onUpdateFailed: () => undefined,
      applyUpdate: () => undefined,
    }),
    nextTick: (callback) => void Promise.resolve().then(callback),
    getPerformance: () => performance,
  }
}
