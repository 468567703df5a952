/** Who buys, at which shop, for how much. */
Component({
  properties: {
    who: { type: String, value: '' },
    relation: { type: String, value: '' },
    where: { type: String, value: '' },
    amount: { type: String, value: '' },
    labels: { type: Object, value: {} as Record<string, string> },
  },
})
