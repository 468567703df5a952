/** One person in the list; a tap picks them. */
Component({
  properties: {
    name: { type: String, value: '' },
    relation: { type: String, value: '' },
    detail: { type: String, value: '' },
    picked: { type: Boolean, value: false },
    pickedLabel: { type: String, value: '' },
    usable: { type: Boolean, value: true },
    reason: { type: String, value: '' },
  },
  methods: {
    onTap() {
      if (this.data.usable) this.triggerEvent('pick')
    },
  },
})
