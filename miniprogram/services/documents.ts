import * as api from './api'
import { asProblem, isPassing } from './problem'

const AGAIN_MS = [1_000, 3_000, 8_000]

/** Tell the counter in the background that the person prefers to show a document; retried while offline. */
export async function wantDocuments(scene: string): Promise<void> {
  for (const pause of [...AGAIN_MS, 0]) {
    try {
      await api.wantDocuments(scene)
      return
    } catch (thrown) {
      if (!isPassing(asProblem(thrown))) return
      await new Promise((wait) => setTimeout(wait, pause))
    }
  }
}
