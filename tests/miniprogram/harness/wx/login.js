/** wx.login: the simulator gives a code for the openid of this phone. */
import { parameters } from '../host/parameters.js'
import { simulate } from './simulator.js'

export function loginCalls(host, call) {
  return {
    login: call('login', async () => ({ code: (await simulate('/sim/v1/login', { openid: parameters.openid })).code })),
    checkSession: call('checkSession', () => ({})),
    // As published: the source's own server address must be a https one.
    getAccountInfoSync: () => ({ miniProgram: { appId: 'wxharness', envVersion: parameters.env, version: '1.0.0' } }),
  }
}
