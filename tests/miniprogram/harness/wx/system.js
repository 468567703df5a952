/** The phone, the window, WeChat itself. */
import { isDark } from '../host/bar.js'
import { parameters } from '../host/parameters.js'

const BAR_HEIGHT = 44

function windowInfo() {
  const { innerWidth: width, innerHeight: height } = globalThis
  const safeArea = { left: 0, right: width, top: 0, bottom: height, width, height }
  return {
    pixelRatio: devicePixelRatio,
    screenWidth: width,
    screenHeight: height,
    windowWidth: width,
    windowHeight: height - BAR_HEIGHT,
    statusBarHeight: 0,
    screenTop: BAR_HEIGHT,
    safeArea,
  }
}

function deviceInfo() {
  const isApple = parameters.platform === 'ios'
  return {
    brand: isApple ? 'iPhone' : 'harness',
    model: isApple ? 'iPhone 13' : 'harness',
    system: isApple ? 'iOS 17.0' : 'Android 13',
    platform: parameters.platform,
    benchmarkLevel: 20,
    abi: 'arm64-v8a',
  }
}

function baseInfo() {
  return {
    SDKVersion: parameters.library,
    version: '8.0.60',
    language: parameters.language,
    theme: isDark() ? 'dark' : 'light',
    host: { env: 'WeChat' },
    fontSizeSetting: parameters.fontSize,
    fontSizeScaleFactor: parameters.fontSize / 16,
    enableDebug: false,
  }
}

export function systemCalls(host, call) {
  return {
    getWindowInfo: windowInfo,
    getDeviceInfo: deviceInfo,
    getAppBaseInfo: baseInfo,
    getSystemSetting: () => ({ bluetoothEnabled: false, locationEnabled: false, wifiEnabled: true, deviceOrientation: 'portrait' }),
    getMenuButtonBoundingClientRect: () => ({
      top: 6, bottom: 38, height: 32, width: 87, left: innerWidth - 97, right: innerWidth - 10,
    }),
    getSkylineInfoSync: () => ({ isSupported: false, version: '' }),
    onWindowResize: (listener) => {
      const tell = () => listener({ size: { windowWidth: innerWidth, windowHeight: innerHeight - BAR_HEIGHT } })
      addEventListener('resize', tell)
    },
    offWindowResize: () => undefined,
    onThemeChange: () => undefined,
    reportEvent: () => undefined,
    reportMonitor: () => undefined,
    getLogManager: () => Object.fromEntries(['debug', 'info', 'log', 'warn'].map((level) => [level, () => undefined])),
    getRealtimeLogManager: () => Object.fromEntries(['info', 'warn', 'error', 'addFilterMsg'].map((level) => [level, () => undefined])),
    getRandomValues: call('getRandomValues', ({ length }) => ({ randomValues: crypto.getRandomValues(new Uint8Array(length)).buffer })),
  }
}
