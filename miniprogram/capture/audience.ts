import { fill, strings } from '../services/strings/index'
import type { Guidance } from './guidance'
import type { Audience } from './take'

/** The part of the capture page that a take talks to. */
interface Page {
  data: { arrow: string; percent: number; network: string; phase: string }
  setData: (changes: Record<string, unknown>) => void
  speak: (key: string) => void
}

/** Return the page as a take's audience; it is told only what has changed. */
export function audienceOf(page: Page, slowed: () => void): Audience {
  return {
    guidance: (now) => {
      const moved = now.arrow !== page.data.arrow || now.percent !== page.data.percent
      if (moved) page.setData(shown(now.percent, now.arrow))
      page.speak(now.say)
    },
    colour: (colour) => page.setData({ colour }),
    network: (network) => {
      if (network) slowed()
      if (network !== page.data.network) page.setData({ network })
    },
    deciding: () => page.setData({ phase: 'deciding' }),
  }
}

/** Return what the ring shows. */
export function shown(percent: number, arrow: Guidance['arrow']) {
  return { percent, arrow, progress: fill(strings().capture.progress, { percent }) }
}

/** What the page shows when a try begins, and when the camera is put away. */
export const BEGINNING = { ...shown(0, ''), note: '', network: '', colour: '', cannot: false, busy: false }
export const UNMOUNTED = { mounted: false, cameraReady: false }

/** Return the words for an action, a hint, or a moment of filming. */
export function captionOf(key: string): string {
  const captions: Record<string, string> = { ...strings().capture, ...strings().hints }
  return captions[key] ?? ''
}
