/** wx.*: the families together; whatever is not among them throws. */
import { breach } from '../host/strict.js'
import { audioCalls } from './audio.js'
import { call } from './call.js'
import { cameraCalls } from './camera.js'
import { dialogCalls } from './dialogs.js'
import { faceCalls } from './face.js'
import { fileCalls } from './files.js'
import { lifecycleCalls } from './lifecycle.js'
import { loginCalls } from './login.js'
import { mediaCalls } from './media.js'
import { navigationCalls } from './navigation.js'
import { networkCalls } from './network.js'
import { Privacy, privacyCalls } from './privacy.js'
import { queryCalls } from './query.js'
import { requestCalls } from './request.js'
import { screenCalls } from './screen.js'
import { Settings, settingCalls } from './settings.js'
import { storageCalls } from './storage.js'
import { subscribeCalls } from './subscribe.js'
import { systemCalls } from './system.js'
import { visionKitCalls } from './visionkit.js'

const FAMILIES = [
  audioCalls, cameraCalls, dialogCalls, faceCalls, fileCalls, lifecycleCalls, loginCalls, mediaCalls,
  navigationCalls, networkCalls, privacyCalls, queryCalls, requestCalls, screenCalls, settingCalls,
  storageCalls, subscribeCalls, systemCalls, visionKitCalls,
]

/** Return wx for this host. */
export function createWx(host) {
  host.settings = new Settings()
  host.privacy = new Privacy(host.facts.app)
  const known = Object.assign({}, ...FAMILIES.map((family) => family(host, call)))
  known.canIUse = (schema) => schema.split('.')[0] in known
  return new Proxy(known, { get: pick })
}

function pick(known, name) {
  if (name in known || typeof name === 'symbol') return known[name]
  throw breach(`wx.${name} is not in the harness`)
}
