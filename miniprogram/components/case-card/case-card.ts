/** Who buys, at which shop, for how much; what a page adds stands below. */
Component({
  properties: {
    who: { type: String, value: '' },
    relation: { type: String, value: '' },
    where: { type: String, value: '' },
    amount: { type: String, value: '' },
    labels: { type: Object, value: {} as Record<string, string> },
  },
})
