/** Watches setData: its size, undefined values, and calls from the camera's frame callback. */
import { warn } from './strict.js'

const MAX_CHARACTERS = 256 * 1024
let insideFrame = 0

/** Run the camera's frame callback. */
export function duringFrame(callback) {
  insideFrame += 1
  try {
    callback()
  } finally {
    insideFrame -= 1
  }
}

/** Put the watch around ComponentCaller.setData. */
export function watchData(ComponentCaller) {
  const original = ComponentCaller.prototype.setData
  ComponentCaller.prototype.setData = function setData(changes, callback) {
    inspect(this.is, changes)
    return original.call(this, changes, callback)
  }
}

function inspect(where, changes) {
  if (insideFrame) warn(`${where}: setData inside the camera's frame callback`)
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) warn(`${where}: setData "${key}" to undefined`)
  }
  const size = JSON.stringify(changes).length
  if (size > MAX_CHARACTERS) warn(`${where}: setData of ${size} characters`)
}
