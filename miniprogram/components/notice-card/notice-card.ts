import { paragraphs } from '../../services/notice'

/** The notice, each of its points a line of its own. */
Component({
  properties: {
    heading: { type: String, value: '' },
    text: { type: String, value: '' },
  },
  data: { lines: [] as { head: string; body: string }[] },
  observers: {
    text(text: string) {
      this.setData({ lines: paragraphs(text) })
    },
  },
})
