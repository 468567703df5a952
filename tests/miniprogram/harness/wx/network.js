/** The kind of network, and its changes. */
const listeners = new Set()
const weakListeners = new Set()

const kind = () => (navigator.onLine ? 'wifi' : 'none')

for (const event of ['online', 'offline']) {
  addEventListener(event, () => {
    const told = { isConnected: navigator.onLine, networkType: kind() }
    for (const listener of [...listeners]) listener(told)
  })
}

export function networkCalls(host, call) {
  host.setWeakNetwork = (weakNet) => {
    for (const listener of [...weakListeners]) listener({ weakNet, networkType: kind() })
  }
  return {
    getNetworkType: call('getNetworkType', () => ({ networkType: kind(), weakNet: false })),
    onNetworkStatusChange: (listener) => void listeners.add(listener),
    offNetworkStatusChange: (listener) => (listener ? listeners.delete(listener) : listeners.clear()),
    onNetworkWeakChange: (listener) => void weakListeners.add(listener),
    offNetworkWeakChange: (listener) => (listener ? weakListeners.delete(listener) : weakListeners.clear()),
  }
}
