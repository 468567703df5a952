App({ globalData: { launched: true } })
