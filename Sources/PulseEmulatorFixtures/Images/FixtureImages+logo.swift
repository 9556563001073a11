// Drawn by scripts/draw-fixtures.

extension FixtureImages {
    /// The logo on the invoice's letterhead, PNG.
    static let logo = decode(
        """
        iVBORw0KGgoAAAANSUhEUgAAAKAAAAA8CAMAAADWtUEnAAAAYFBMVEX////+///8/f3t9vXk7u7R5+XD3t2u2tSr0c+Ny8OtuMJx
        vrRluK5KrKA2opUzoZQwoJIqnY+Mm6mIlqWHlqV3iJloe45keItWa4FJYHc4UWksRmEpQ14oQ14jP1ofO1cPFiuJAAACIUlEQVR4
        2u3Y4ZKCIBAAYALRMq22K1Ov2vd/ywO1QtQzsFNuhv2hhIx9s7DQRIgPHz58+BgJdN2H6IETfW4LXQciui1EdFxoDPy6VreskFda
        Ild7yZd403dx5k1TRCxbuXx2yaf43ha2gCGWpzZQ3Fl4ucevrooaLgTM8mNJdaDsvzIVWOaFJRDRWKgC2S0OcN0D5GJmVWAoZ3oB
        YHxnJM96gKvbuQUUw6kNENFc2Kx9lMAiq5EdICmzx0BeAblYleZARAuhkkE5kYTJghjNIDmX9JNAeAt4euVyZA0SEtxjYyDikBAA
        3gDS8lhvNXy0isXlVOZzA+N6k17JrVDbB2/tfVACgyvmk32NEOAX4Qt4Keqe8zd9VMS6e5IcGyA5GgIRB4W/Auc/hDtAABeEOBQP
        39JC14GDPgRwQYj/FwjggvBNX69wUz1I6sYuCZ9dEInWXv7MjpLdPt3KvbD6TMg2pc9X8j8H7pUG2x4Cpatq0WQXMRpsgSlAeQ0g
        /HQC+4QtIGGw1oHrQ52kyBqIfwtMk87gjwEBxoXaFO/1KWawmQg08nWFdUWETWPHX0VSUwOZ06orej6BWYFKBilPk9VABtmzqg0z
        aOjrCNtrkCuM9hp0BEiStFvFwRSgsU8XasBQfGvvPrixA1r4NKEGlDPalMJGOUkOaRLRZYCOHMJLCV0HWvpmE1r75hK6Dpzgm0fo
        OnCSz4F/Gnz48OHDMn4AEXS8AaHvl9oAAAAASUVORK5CYII=
        """)
}
