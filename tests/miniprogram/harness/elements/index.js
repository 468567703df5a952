/** Defines every built-in element. */
import { BuiltIn } from './base.js'
import { buttons, connectButtons } from './buttons.js'
import { cameras, connectCamera } from './camera.js'
import { canvases } from './canvas.js'
import { choices } from './choices.js'
import { fields } from './fields.js'
import { pageMetas } from './page-meta.js'
import { pickers } from './picker.js'
import { pictures } from './pictures.js'
import { views } from './views.js'

const ALL = { ...views, ...buttons, ...fields, ...choices, ...pickers, ...pictures, ...canvases, ...cameras, ...pageMetas }

/** Define the elements; events go through glass-easel. */
export function defineElements(glassEasel, host) {
  BuiltIn.events = glassEasel.Event
  connectButtons(host)
  connectCamera(host)
  for (const [name, element] of Object.entries(ALL)) {
    // One class may serve several tags, but the browser wants one class for each.
    customElements.define(`wx-${name}`, class extends element {})
  }
}
