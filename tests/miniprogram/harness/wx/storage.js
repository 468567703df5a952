/** Storage, apart for each person. */
import { parameters } from '../host/parameters.js'

const PREFIX = `storage:${parameters.openid}:`

const set = (key, data) => localStorage.setItem(PREFIX + key, JSON.stringify(data))
const read = (key) => JSON.parse(localStorage.getItem(PREFIX + key) ?? '""')
const remove = (key) => localStorage.removeItem(PREFIX + key)
const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length))
const clear = () => keys().forEach(remove)

export function storageCalls(host, call) {
  return {
    setStorageSync: set,
    getStorageSync: read,
    removeStorageSync: remove,
    clearStorageSync: clear,
    getStorageInfoSync: () => ({ keys: keys(), currentSize: 0, limitSize: 10240 }),
    setStorage: call('setStorage', ({ key, data }) => set(key, data)),
    getStorage: call('getStorage', ({ key }) => ({ data: read(key) })),
    removeStorage: call('removeStorage', ({ key }) => remove(key)),
    clearStorage: call('clearStorage', clear),
  }
}
