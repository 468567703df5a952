import { relationShown } from '../../services/persons'

/** Person, shop and amount of the purchase; a page's own content follows below. */
Component({
  properties: {
    who: { type: String, value: '' },
    relation: { type: String, value: '' },
    whose: { type: String, value: '' },
    where: { type: String, value: '' },
    amount: { type: String, value: '' },
    labels: { type: Object, value: {} as Record<string, string> },
  },
  data: { shown: '' },
  observers: {
    relation(word: string) {
      this.setData({ shown: relationShown(word) })
    },
  },
})
