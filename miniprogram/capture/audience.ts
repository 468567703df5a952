import { fill, isSpoken, strings } from '../services/strings/index'
import type { Guidance } from './guidance'
import { COUNT_FROM } from './guidance'
import type { Audience } from './take'

/** The interface of the capture page that a take uses. */
interface Page {
  data: { arrow: string; percent: number; count: number; action: string; network: string; phase: string }
  setData: (changes: Record<string, unknown>) => void
  speak: (key: string) => void
}

/** Return the page as a take's audience; it receives only changes. */
export function audienceOf(page: Page, slowed: () => void): Audience {
  return {
    guidance: (now) => {
      const { arrow, percent, count, action } = page.data
      const moved = now.arrow !== arrow || now.percent !== percent || now.count !== count || now.action !== action
      if (moved) page.setData(shown(now))
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
export function shown({ percent, arrow, count, action }: Pick<Guidance, 'percent' | 'arrow' | 'count' | 'action'>) {
  return { percent, arrow, count, action, progress: fill(strings().capture.progress, { percent }) }
}

const NOTHING_YET = { percent: 0, arrow: '', count: 0, action: '' } as const

/** The page's data when a try begins, and after the camera is closed. */
export const BEGINNING = { ...shown(NOTHING_YET), note: '', network: '', colour: '', vivid: false, cannot: false, busy: false }
export const COUNTING = { ...BEGINNING, count: COUNT_FROM, busy: true }
export const UNMOUNTED = { mounted: false, cameraReady: false }
/** The page's initial data. */
export const BLANK = { ...BEGINNING, ...UNMOUNTED, channel: 'push', own: false, left: '', say: '', calm: false, trouble: '', over: false, spoken: isSpoken() }

/** Return the text for an action, a hint, or a phase of filming. */
export function captionOf(key: string): string {
  const captions: Record<string, string> = { ...strings().capture, ...strings().hints }
  return captions[key] ?? ''
}
