// Made by scripts/fixtures/client_batches.py.

extension ClientBatch {
    static let zstd: [ClientBatch] = [
        ClientBatch(
            "zstd 1.5.7", .zstd(frames: 1, []),
            """
            AAAAAAAAAAAAAAI1AAAAAAKPulbIAAQAAAATAAABi8/laAAAAAGLz+VoE///////////////////AAAAFCi1L/0AON0PADaXRiygNel7
            fvuqqqrqik1U3Dae8vZ1nqoBUU/KlFJKCQm72zVrZs2ShOyE7JtICjkAMwA5AN3dzczMzMy8u7u7u6uqqqqqmpmZmZmJiIiIiCp582qi
            wggYMEEg4mFhICaWhwALWpgVAeANLMzsm8zMzMy7u7u7u6qqqqqqmZmZmZmIiIiIiBBCCCGEECqllFJKKZVSSimllJK7u7u7e3d3BxD7
            x2/dPR72jjkc9g3fumNFsUgBazTsG711x2DYO5YOFIyEkiT2D966szt7x9zd3d3du7u7u7uZAwqTddfQYP8sGBjsG/eFBYtU2LLYN6yg
            YP/YJiTYH1AEBPvHDg7sG8Rk3SE6UDASDgMDi1RYQYF9o27dERDYO5YgAYDOqDHQSqKSFJbNgKPS4nQSqCAIfoRAg24Okv9/HnLwFy/J
            QW5PEDwOEj1/MYzkgDCumwQhADn4i1cc/CCEURjyB5klB39xO8nBYExKxQEhsL8cBEbRJAd9sXGQugyMmSQHfXE7yUFg1HGQVfpigMpB
            YNxNctAX0ydxcAhk1Tjwg4OJIjoyRNHBIEwOhqAqGgTp4BB0d45KhbQRNBE0Q9BA0H+g8UDrQMeBZgOtoQGt+Iq+2IlZ1UVVzsVMrqoq
            dnImxtMYjTojMy5jZDzGYtSFUbCEcuGhpHiGYxMQqw==
            """),
        ClientBatch(
            "zstd 1.5.7", .zstd(frames: 1, [.checksum]),
            """
            AAAAAAAAAAAAAAI5AAAAAAKfA9xsAAQAAAATAAABi8/laAAAAAGLz+VoE///////////////////AAAAFCi1L/0EON0PADaXRiygNel7
            fvuqqqrqik1U3Dae8vZ1nqoBUU/KlFJKCQm72zVrZs2ShOyE7JtICjkAMwA5AN3dzczMzMy8u7u7u6uqqqqqmpmZmZmJiIiIiCp582qi
            wggYMEEg4mFhICaWhwALWpgVAeANLMzsm8zMzMy7u7u7u6qqqqqqmZmZmZmIiIiIiBBCCCGEECqllFJKKZVSSimllJK7u7u7e3d3BxD7
            x2/dPR72jjkc9g3fumNFsUgBazTsG711x2DYO5YOFIyEkiT2D966szt7x9zd3d3du7u7u7uZAwqTddfQYP8sGBjsG/eFBYtU2LLYN6yg
            YP/YJiTYH1AEBPvHDg7sG8Rk3SE6UDASDgMDi1RYQYF9o27dERDYO5YgAYDOqDHQSqKSFJbNgKPS4nQSqCAIfoRAg24Okv9/HnLwFy/J
            QW5PEDwOEj1/MYzkgDCumwQhADn4i1cc/CCEURjyB5klB39xO8nBYExKxQEhsL8cBEbRJAd9sXGQugyMmSQHfXE7yUFg1HGQVfpigMpB
            YNxNctAX0ydxcAhk1Tjwg4OJIjoyRNHBIEwOhqAqGgTp4BB0d45KhbQRNBE0Q9BA0H+g8UDrQMeBZgOtoQGt+Iq+2IlZ1UVVzsVMrqoq
            dnImxtMYjTojMy5jZDzGYtSFUbCEcuGhpHiGYxMQq4lBpWM=
            """),
        ClientBatch(
            "zstd 1.5.7", .zstd(frames: 1, [.contentSize]),
            """
            AAAAAAAAAAAAAAI4AAAAAALSc0daAAQAAAATAAABi8/laAAAAAGLz+VoE///////////////////AAAAFCi1L/2g6kkBAN0PADaXRiyg
            Nel7fvuqqqrqik1U3Dae8vZ1nqoBUU/KlFJKCQm72zVrZs2ShOyE7JtICjkAMwA5AN3dzczMzMy8u7u7u6uqqqqqmpmZmZmJiIiIiCp5
            82qiwggYMEEg4mFhICaWhwALWpgVAeANLMzsm8zMzMy7u7u7u6qqqqqqmZmZmZmIiIiIiBBCCCGEECqllFJKKZVSSimllJK7u7u7e3d3
            BxD7x2/dPR72jjkc9g3fumNFsUgBazTsG711x2DYO5YOFIyEkiT2D966szt7x9zd3d3du7u7u7uZAwqTddfQYP8sGBjsG/eFBYtU2LLY
            N6ygYP/YJiTYH1AEBPvHDg7sG8Rk3SE6UDASDgMDi1RYQYF9o27dERDYO5YgAYDOqDHQSqKSFJbNgKPS4nQSqCAIfoRAg24Okv9/HnLw
            Fy/JQW5PEDwOEj1/MYzkgDCumwQhADn4i1cc/CCEURjyB5klB39xO8nBYExKxQEhsL8cBEbRJAd9sXGQugyMmSQHfXE7yUFg1HGQVfpi
            gMpBYNxNctAX0ydxcAhk1Tjwg4OJIjoyRNHBIEwOhqAqGgTp4BB0d45KhbQRNBE0Q9BA0H+g8UDrQMeBZgOtoQGt+Iq+2IlZ1UVVzsVM
            rqoqdnImxtMYjTojMy5jZDzGYtSFUbCEcuGhpHiGYxMQqw==
            """),
        ClientBatch(
            "zstd 1.5.7", .zstd(frames: 1, [.contentSize, .checksum]),
            """
            AAAAAAAAAAAAAAI8AAAAAAJMmpmfAAQAAAATAAABi8/laAAAAAGLz+VoE///////////////////AAAAFCi1L/2k6kkBAN0PADaXRiyg
            Nel7fvuqqqrqik1U3Dae8vZ1nqoBUU/KlFJKCQm72zVrZs2ShOyE7JtICjkAMwA5AN3dzczMzMy8u7u7u6uqqqqqmpmZmZmJiIiIiCp5
            82qiwggYMEEg4mFhICaWhwALWpgVAeANLMzsm8zMzMy7u7u7u6qqqqqqmZmZmZmIiIiIiBBCCCGEECqllFJKKZVSSimllJK7u7u7e3d3
            BxD7x2/dPR72jjkc9g3fumNFsUgBazTsG711x2DYO5YOFIyEkiT2D966szt7x9zd3d3du7u7u7uZAwqTddfQYP8sGBjsG/eFBYtU2LLY
            N6ygYP/YJiTYH1AEBPvHDg7sG8Rk3SE6UDASDgMDi1RYQYF9o27dERDYO5YgAYDOqDHQSqKSFJbNgKPS4nQSqCAIfoRAg24Okv9/HnLw
            Fy/JQW5PEDwOEj1/MYzkgDCumwQhADn4i1cc/CCEURjyB5klB39xO8nBYExKxQEhsL8cBEbRJAd9sXGQugyMmSQHfXE7yUFg1HGQVfpi
            gMpBYNxNctAX0ydxcAhk1Tjwg4OJIjoyRNHBIEwOhqAqGgTp4BB0d45KhbQRNBE0Q9BA0H+g8UDrQMeBZgOtoQGt+Iq+2IlZ1UVVzsVM
            rqoqdnImxtMYjTojMy5jZDzGYtSFUbCEcuGhpHiGYxMQq4lBpWM=
            """),
        ClientBatch(
            "zstd 1.5.7", .zstd(frames: 2, []),
            """
            AAAAAAAAAAAAAAOjAAAAAAIyCvYsAAQAAAATAAABi8/laAAAAAGLz+VoE///////////////////AAAAFCi1L/0AMOULAPZRNimgJUkH
            lWNXVVVV8VBECM0SiGCFzaEa3VxsKWWSUgrYVNPa1sjW2pVWBi4AJgAkAKqqmZmZmZmIiIiIiHd3d3eHmveaeMmCkPBQcDSUheChNA6U
            oyyMwyAFCKiqBAl3d3fOOeecc84hhBBCCCHU3d3d3c3MzMzMvLu7u7v7////q6qqBlZmlZpiZmZmZt7d3d3d/f///1VVVVVVMzMzMzMR
            EREREe/uAgxGpaZ6sagUYWPMFIpKTSUSlSA3xuxJUgMACoGoBEljzA6HSk2hwMJSkBgMlSJnjAWAv6gh6IpS2dkMoKPScg4SaBD4EwQ8
            9PCg/P8pHMb3RY8DqtWBMc1fDvpiaqkcBMYbB1Q7+mKaqRwExtR+OeiL6VJxcAhSq3HgB1qYP9rfHcoXqhP1INcwnuAwOO+hQugIqAjI
            EFAQ0A8QPEA7QDhAbYCKGiho2X7YsGLdMWPJ8sOGFetuaYM2Z2s2ypZsxkZswLAFlgwzZCLDy4jm9FcBKLUv/QAwJQ8Aog8wKJA36c4e
            9////z98IFUtqqRYz9H/ABaUlHJLKeUb9260e3eX/mh3Nxl9RINQJGLrOUAgtpzdx8MkC7Ysthx1OGw9lo2GrQZkMGw9dlgsbDk/okHo
            F1BgCAIUCpMsWHd3d3c3MzMzM3PzKk285lWaeIvBEglbTqMGod3d3d1dpZRSSimlVFVVVVUzMzMzMxERERER7+7u7u7+////9PT09PT0
            9PT09OZVmnhP3cwcIFQSKJOFGagsE4NleWEaSgFAgNKoYdWUNDXaDSBDiSaxDhKIIBAEryAEITr4oPz/KRxy8BffJAdFgyCEOCja/RdT
            9nJAGBOVIKSZ5eAvbuOgHAphTLn+IEGWg7+YdBoHgyDbHweEIA/iLQg8o76q6nVVX1XVP12bcqZshpsxzs15dLadM8/smfr8nxdoDzoK
            zaEh0S36Gu2jI9KcNCr9pSfTbjo6jU9TqI96Su1TJ9VcNbT6qyfWmnXVmltDrt/1eu1fR7AZNhS7Y1+yXXY0m89GtJ/2VNtrR7axber2
            b0+4Pe7DSJuZIdIb974LQnRV5GiufMeH30jRZD0oBBCBEAgEQggICAUgIAaAgBIAAkNAzCuR+z3uC9zd3664/d52hO33tVvUbKKxMhhb
            BiGsqcxTBQ==
            """),
        ClientBatch(
            "zstd 1.5.7", .zstd(frames: 2, [.contentSize]),
            """
            AAAAAAAAAAAAAAOlAAAAAAKF1OGeAAQAAAATAAABi8/laAAAAAGLz+VoE///////////////////AAAAFCi1L/1gQJvlCwD2UTYpoCVJ
            B5VjV1VVVfFQRAjNEohghc2hGt1cbCllklIK2FTT2tbI1tqVVgYuACYAJACqqpmZmZmZiIiIiIh3d3d3h5r3mnjJgpDwUHA0lIXgoTQO
            lKMsjMMgBQioqgQJd3d3zjnnnHPOIYQQQggh1N3d3d3NzMzMzLy7u7u7+////6uqqgZWZpWaYmZmZmbe3d3d3f3///9VVVVVVTMzMzMz
            ERERERHv7gIMRqWmerGoFGFjzBSKSk0lEpUgN8bsSVIDAAqBqARJY8wOh0pNocDCUpAYDJUiZ4wFgL+oIeiKUtnZDKCj0nIOEmgQ+BME
            PPTwoPz/KRzG90WPA6rVgTHNXw76YmqpHATGGwdUO/pimqkcBMbUfjnoi+lScXAIUqtx4AdamD/a3x3KF6oT9SDXMJ7gMDjvoULoCKgI
            yBBQENAPEDxAO0A4QG2AihooaNl+2LBi3TFjyfLDhhXrbmmDNmdrNsqWbMZGbMCwBZYMM2Qiw8uI5vRXASi1L/1gqqwlDwCiDzAokDfp
            zh73////P3wgVS2qpFjP0f8AFpSUcksp5Rv3brR7d5f+aHc3GX1Eg1AkYus5QCC2nN3HwyQLtiy2HHU4bD2WjYatBmQwbD12WCxsOT+i
            QegXUGAIAhQKkyxYd3d3dzczMzMzc/MqTbzmVZp4i8ESCVtOowah3d3d3V2llFJKKaVUVVVVVTMzMzMzERERERHv7u7u7v7////09PT0
            9PT09PT05lWaeE/dzBwgVBIok4UZqCwTg2V5YRpKAUCA0qhh1ZQ0NdoNIEOJJrEOEoggEASvIAQhOvig/P8pHHLwF98kB0WDIIQ4KNr9
            F1P2ckAYE5UgpJnl4C9u46AcCmFMuf4gQZaDv5h0GgeDINsfB4QgD+ItCDyjvqrqdVVfVdU/XZtypmyGmzHOzXl0tp0zz+yZ+vyfF2gP
            OgrNoSHRLfoa7aMj0pw0Kv2lJ9NuOjqNT1Ooj3pK7VMn1Vw1tPqrJ9aaddWaW0Ou3/V67V9HsBk2FLtjX7JddjSbz0a0n/ZU22tHtrFt
            6vZvT7g97sNIm5kh0hv3vgtCdFXkaK58x4ffSNFkPSgEEIEQCARCCAgIBSAgBoCAEgACQ0DMK5H7Pe4L3N3frrj93naE7fe1W9RsorEy
            GFsGIaypzFMF
            """),
    ]
}
