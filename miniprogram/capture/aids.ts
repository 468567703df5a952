import { Deadline } from '../services/deadline'
import { Voice } from '../services/voice'
import { watchNetwork } from './network'

/** Resources of the open capture page: voice, network watch, and the scene's countdown. */
export class Aids {
  readonly voice = new Voice()
  readonly net = watchNetwork()
  readonly deadline: Deadline

  constructor(left: (text: string) => void, over: () => void) {
    this.deadline = new Deadline(left, over)
  }

  close(): void {
    this.deadline.stop()
    this.net.stop()
    this.voice.close()
  }
}
