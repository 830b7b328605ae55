/// What Kafka's own assignors give to random groups.
///
/// Made with `scripts/fixtures/JavaAssignments.java` against kafka-clients 4.3.1; 3.9.2 gives the same.
let javaAssignments = """
    range | a=-.-.-.-.-.- b=-.-.- c=- a.b=-.-.- | z-😀/-/-/a,b,c,a.b | \
    z-😀:a#0,a#1,a#2,a#3,a#4,a#5,b#0,b#1,b#2,c#0,a.b#0,a.b#1,a.b#2
    range | B=-.-.-.-.-.- a.b=-.-.-.-.-.- | m2/i3/-/B,a.b | \
    m2:B#0,B#1,B#2,B#3,B#4,B#5,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5
    range | a=-.-.-.- | m1/-/-/a m10/-/-/a z-�/-/-/ m2/-/-/ | m1:a#0,a#1 m10:a#2,a#3 m2: z-�:
    range | a=-.-.-.-.-.- b=-.-.-.-.-.-.-.- c=-.-.-.- B=-.-.-.-.-.-.- a.b=-.-.-.-.-.- | m0/i3/-/a,b,c,B,a.b \
    m1/-/-/a,b,c,B,a.b,unheard m10/i6/-/a,b,c,B,a.b z-😀/i4/-/a,b,c,B,a.b z-�/-/-/a,b,c,B,a.b | \
    m0:a#0,a#1,b#0,b#1,B#0,B#1,c#0,a.b#0,a.b#1 m1:a#4,b#6,B#5,c#3,a.b#4 m10:a#3,b#4,b#5,B#4,c#2,a.b#3 \
    z-😀:a#2,b#2,b#3,B#2,B#3,c#1,a.b#2 z-�:a#5,b#7,B#6,a.b#5
    range | b=-.-.-.-.-.-.- c= a.b=-.-.-.-.-.-.-.- | m10/-/-/b,c,a.b z-�/-/-/c m0/-/-/c,a.b m2/-/-/b,c,a.b \
    m1/-/-/c | m0:a.b#0,a.b#1,a.b#2 m1: m10:b#0,b#1,b#2,b#3,a.b#3,a.b#4,a.b#5 m2:b#4,b#5,b#6,a.b#6,a.b#7 z-�:
    range | a=-.-.- b=-.-.- c=-.-.- B=-.-.- a.b=-.-.- | m10/-/-/a,b,c,a.b z-😀/-/-/b,c M/-/-/b,c,a.b \
    m2/-/-/a,b,c,B,unheard z-�/-/-/a,b,B,a.b m1/-/-/a,b,c,B,a.b m0/-/-/B,a.b | M:b#0,c#0,a.b#0 m0:B#0,a.b#1 \
    m1:a#0,B#1,b#1,c#1,a.b#2 m10:a#1,b#2,c#2 m2:a#2,B#2 z-😀: z-�:
    range | b=-.- c=- | z-�/i3/-/b,c | z-�:b#0,b#1,c#0
    range | a=-.- c=-.- a.b=-.- | z-�/i3/-/a,c,a.b | z-�:a#0,a#1,c#0,c#1,a.b#0,a.b#1
    range | B=-.-.-.-.-.- a.b=- | m1/i3/-/a.b z-😀/i1/-/B,a.b M/i6/-/a.b m10/i4/-/B,a.b z-�/i2/-/a.b | M: m1: \
    m10:B#3,B#4,B#5 z-😀:B#0,B#1,B#2,a.b#0 z-�:
    range | a=-.-.- b=-.-.- c=-.-.- B=-.-.-.-.-.-.-.- a.b=-.-.- | z-😀/-/-/a,b,c,B,a.b m2/-/-/a,b,c,B,a.b \
    M/-/-/a,b,c,B,a.b | M:a#0,b#0,B#0,B#1,B#2,c#0,a.b#0 m2:a#1,b#1,B#3,B#4,B#5,c#1,a.b#1 \
    z-😀:a#2,b#2,B#6,B#7,c#2,a.b#2
    range | a=-.- b=- c=-.- B=-.- a.b=-.- | m1/-/-/b,c,B m0/i1/-/a,b,B z-😀/-/-/a,b,a.b m10/-/-/a,B \
    z-�/-/-/a,b,c,B,unheard | m0:a#0,b#0,B#0 m1:B#1,c#0 m10:a#1 z-😀:a.b#0,a.b#1 z-�:c#1
    range | a= b=-.-.- c=-.-.-.-.-.-.- B= a.b= | m0/i3/-/a,b,c,B M/i1/-/b,c,B,unheard m2/i6/-/a,b,c \
    z-😀/i4/-/a,b,c,a.b z-�/i2/-/a,b,c,a.b m10/i0/-/a,b,c,B,a.b,unheard | M:b#1,c#2 m0:c#4 m10:b#0,c#0,c#1 \
    m2:c#6 z-😀:c#5 z-�:b#2,c#3
    range | a= c=-.-.-.-.- a.b=-.-.-.-.- | z-�/i3/-/a,c,a.b m10/i1/-/a,c,a.b m2/i6/-/a,c,a.b M/i4/-/a,c,a.b | \
    M:c#3,a.b#3 m10:c#0,c#1,a.b#0,a.b#1 m2:c#4,a.b#4 z-�:c#2,a.b#2
    range | a=-.- a.b=-.-.-.-.- | z-😀/i3/-/a,a.b m0/i1/-/a,a.b z-�/i6/-/a,a.b m2/i4/-/a,a.b | \
    m0:a#0,a.b#0,a.b#1 m2:a.b#3 z-😀:a#1,a.b#2 z-�:a.b#4
    range | a=-.-.- c=-.-.- | M/-/-/a z-�/-/-/a m2/-/-/a,c z-😀/-/-/a,c,unheard m10/-/-/a | M:a#0 m10:a#1 \
    m2:a#2,c#0,c#1 z-😀:c#2 z-�:
    range | c=-.- a.b=-.-.-.-.- | M/i3/-/c,a.b m0/i1/-/c,a.b z-�/i6/-/c,a.b z-😀/i4/-/c,a.b m1/i2/-/c,a.b | \
    M:a.b#2 m0:c#0,a.b#0 m1:c#1,a.b#1 z-😀:a.b#3 z-�:a.b#4
    range | b=-.- B=-.- | m1/i3/-/b | m1:b#0,b#1
    range | c=-.-.- B=-.- | m1/-/-/c m0/-/-/c,B m10/-/-/B m2/-/-/c z-😀/-/-/c,B M/-/-/c,B z-�/-/-/B | M:B#0,c#0 \
    m0:B#1,c#1 m1:c#2 m10: m2: z-😀: z-�:
    range | a= b=-.-.-.-.-.- c=-.-.-.-.-.- B=-.-.-.-.-.- a.b=-.-.-.-.-.- | m2/-/-/a,b,c,B,a.b \
    z-�/i1/-/a,b,c,B,a.b m0/i6/-/a,b,c,B,a.b | m0:b#2,b#3,B#2,B#3,c#2,c#3,a.b#2,a.b#3 \
    m2:b#4,b#5,B#4,B#5,c#4,c#5,a.b#4,a.b#5 z-�:b#0,b#1,B#0,B#1,c#0,c#1,a.b#0,a.b#1
    range | a= b=-.-.-.-.-.- | m10/-/-/b z-😀/-/-/ m1/-/-/a,b M/-/-/a m0/-/-/a,b m2/-/-/a,unheard | M: \
    m0:b#0,b#1 m1:b#2,b#3 m10:b#4,b#5 m2: z-😀:
    range | a=-.-.- B=-.-.- | m1/-/-/ | m1:
    range | a=-.-.-.-.-.-.- b=- | m10/-/-/a,b z-�/-/-/a,b m1/i6/-/a,b | m1:a#0,a#1,a#2,b#0 m10:a#3,a#4 \
    z-�:a#5,a#6
    range | a=-.- B= | M/-/-/a,B z-😀/-/-/a,B m10/-/-/a,B m2/-/-/ z-�/-/-/B m0/-/-/ | M:a#0 m0: m10:a#1 m2: \
    z-😀: z-�:
    range | b=-.-.-.-.- c=-.-.-.-.- a.b=-.-.-.-.- | z-�/-/-/b,a.b,unheard z-😀/-/-/b,c m0/-/-/c m1/-/-/b,c \
    m2/-/-/b,c,a.b m10/-/-/b,c M/-/-/b,c | M:b#0,c#0 m0:c#1 m1:b#1,c#2 m10:b#2,c#3 m2:b#3,c#4,a.b#0,a.b#1,a.b#2 \
    z-😀:b#4 z-�:a.b#3,a.b#4
    range | a=-.-.-.-.-.- b=-.-.-.-.-.- c=-.-.-.-.-.- B=-.-.-.-.-.- a.b=-.-.-.-.-.- | m1/i3/-/a,b,c,B,a.b | \
    m1:a#0,a#1,a#2,a#3,a#4,a#5,b#0,b#1,b#2,b#3,b#4,b#5,B#0,B#1,B#2,B#3,B#4,B#5,c#0,c#1,c#2,c#3,c#4,c#5,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5
    range | a=-.-.-.-.-.-.- b=-.-.-.-.- B=-.-.-.-.-.-.- a.b=-.-.-.-.- | z-�/-/-/a,b,B M/-/-/a,b,B,a.b \
    m1/-/-/b,a.b m10/-/-/a,b | M:a#0,a#1,a#2,b#0,b#1,B#0,B#1,B#2,B#3,a.b#0,a.b#1,a.b#2 m1:b#2,a.b#3,a.b#4 \
    m10:a#3,a#4,b#3 z-�:a#5,a#6,b#4,B#4,B#5,B#6
    range | a=-.-.- b= c=-.-.- B=-.-.- a.b=-.-.- | M/i3/-/a,b,c,B,a.b m2/i1/-/a,c,B,a.b | M:a#2,B#2,c#2,a.b#2 \
    m2:a#0,a#1,B#0,B#1,c#0,c#1,a.b#0,a.b#1
    range | a=-.-.- b=-.-.- B=-.-.- a.b=-.-.- | z-�/i3/-/a,b,B,a.b m2/i1/-/a,b,B,a.b,unheard m1/i6/-/a,b,B,a.b \
    z-😀/-/-/a,b,B,a.b M/i2/-/a,b,B,a.b | M:a#1,b#1,B#1,a.b#1 m1: m2:a#0,b#0,B#0,a.b#0 z-😀: \
    z-�:a#2,b#2,B#2,a.b#2
    range | a=-.-.-.-.-.- c=-.-.-.-.-.- | z-�/-/-/c M/i1/-/a,c,unheard | M:a#0,a#1,a#2,a#3,a#4,a#5,c#0,c#1,c#2 \
    z-�:c#3,c#4,c#5
    range | b=-.- c= | m1/-/-/b,c,unheard | m1:b#0,b#1
    range | a=-.-.-.- b=-.-.-.- a.b=- | m1/-/-/a,b,a.b z-�/-/-/a,b,a.b m2/-/-/a,b,a.b m10/-/-/a,b,a.b | \
    m1:a#0,b#0,a.b#0 m10:a#1,b#1 m2:a#2,b#2 z-�:a#3,b#3
    range | b= c=-.-.-.- B= | m0/i3/-/b,B m10/i1/-/c,B z-😀/i6/-/c,B | m0: m10:c#0,c#1 z-😀:c#2,c#3
    range | a=-.-.-.-.-.-.-.- b=-.-.- c=-.-.- B=-.-.-.-.-.- a.b=-.-.- | m10/-/-/a,b,c,B,a.b | \
    m10:a#0,a#1,a#2,a#3,a#4,a#5,a#6,a#7,b#0,b#1,b#2,B#0,B#1,B#2,B#3,B#4,B#5,c#0,c#1,c#2,a.b#0,a.b#1,a.b#2
    range | a=-.-.-.- b=-.-.-.- c=-.-.-.- B= a.b=-.-.-.- | m2/i3/-/a,b,c,B,a.b M/i1/-/a,b,c,B,a.b | \
    M:a#0,a#1,b#0,b#1,c#0,c#1,a.b#0,a.b#1 m2:a#2,a#3,b#2,b#3,c#2,c#3,a.b#2,a.b#3
    range | b=-.-.-.-.- c= B=-.- a.b=-.-.-.-.-.-.- | z-😀/i3/-/b,c,B,a.b m1/i1/-/c,B m0/i6/-/b,c,B,a.b \
    M/i4/-/b,B m10/i2/-/b,c,B m2/i0/-/c,B,a.b | M:b#3 m0:b#4,a.b#5,a.b#6 m1:B#1 m10:b#0,b#1 \
    m2:B#0,a.b#0,a.b#1,a.b#2 z-😀:b#2,a.b#3,a.b#4
    range | a=-.-.-.- b=-.-.-.-.-.- B=-.-.-.- a.b=-.-.-.- | z-😀/i3/-/a,B z-�/i1/-/a m0/i6/-/a,B,a.b \
    m2/i4/-/a,b,B,a.b m1/i2/-/a,b,B,a.b M/i0/-/b,B,a.b | M:B#0,b#0,b#1,a.b#0 m0:a.b#3 m1:a#1,B#1,b#2,b#3,a.b#1 \
    m2:a#3,B#3,b#4,b#5,a.b#2 z-😀:a#2,B#2 z-�:a#0
    range | a=-.-.-.- b=-.-.-.- c=-.-.-.- B=-.-.- a.b=-.-.-.-.-.-.-.- | m2/i3/-/a,b,c,B,a.b \
    z-�/i1/-/a,b,c,B,a.b m0/i6/-/a,b,c,B,a.b z-😀/i4/-/a,b,c,B,a.b m10/i2/-/a,b,c,B,a.b M/i0/-/a,b,c,B,a.b | \
    M:a#0,b#0,B#0,c#0,a.b#0,a.b#1 m0:a.b#7 m10:a#2,b#2,B#2,c#2,a.b#4 m2:a#3,b#3,c#3,a.b#5 z-😀:a.b#6 \
    z-�:a#1,b#1,B#1,c#1,a.b#2,a.b#3
    range | a=-.-.-.-.-.- b=-.-.- B= a.b=-.-.- | m0/-/-/a,b,B M/-/-/a,b,a.b m1/-/-/a,b,B,a.b z-�/-/-/a,B,a.b \
    m10/-/-/a,b,B,a.b | M:a#0,a#1,b#0,a.b#0 m0:a#2,b#1 m1:a#3,b#2,a.b#1 m10:a#4,a.b#2 z-�:a#5
    range | c=-.-.- B=-.-.- a.b=-.-.- | m1/i3/-/c,B,a.b m0/i1/-/B M/i6/-/c,B,a.b z-😀/i4/-/c,B,a.b \
    m2/i2/-/c,a.b z-�/i0/-/B | M: m0:B#1 m1:B#2,c#1,a.b#1 m2:c#0,a.b#0 z-😀:c#2,a.b#2 z-�:B#0
    range | a=-.-.-.-.- b=-.-.-.-.- c=-.-.-.-.- a.b=-.-.-.-.- | z-😀/-/-/a,b,c,a.b m2/i1/-/a,b,c,a.b \
    z-�/-/-/a,b,c,a.b,unheard m10/-/-/a,b,c,a.b m0/-/-/a,b,c,a.b m1/i0/-/a,b,c,a.b,unheard M/i5/-/a,b,c,a.b | \
    M:a#2,b#2,c#2,a.b#2 m0:a#3,b#3,c#3,a.b#3 m1:a#0,b#0,c#0,a.b#0 m10:a#4,b#4,c#4,a.b#4 m2:a#1,b#1,c#1,a.b#1 \
    z-😀: z-�:
    range | a=- b=-.- B=-.- a.b=-.- | m1/-/-/b M/-/-/B,a.b m2/-/-/a.b | M:B#0,B#1,a.b#0 m1:b#0,b#1 m2:a.b#1
    range | a=-.-.-.-.-.- B= a.b= | m0/i3/-/a,B,a.b m1/i1/-/a,B M/i6/-/a,a.b | M:a#4,a#5 m0:a#2,a#3 m1:a#0,a#1
    range | b=-.-.-.-.- B= a.b=-.-.-.-.-.-.- | z-😀/i3/-/b,B,a.b m10/i1/-/b,B,a.b,unheard z-�/i6/-/b,B,a.b \
    m1/i4/-/b,B,a.b | m1:b#3,a.b#4,a.b#5 m10:b#0,b#1,a.b#0,a.b#1 z-😀:b#2,a.b#2,a.b#3 z-�:b#4,a.b#6
    range | a=- c=- B=-.-.-.- a.b=- | m2/-/-/a,c,a.b,unheard | m2:a#0,c#0,a.b#0
    range | a=-.-.- c= a.b=-.-.-.-.- | m10/-/-/a,c,a.b z-�/-/-/a,c,a.b m1/-/-/a,c,a.b M/-/-/a,c,a.b \
    m2/-/-/c,a.b | M:a#0,a.b#0 m1:a#1,a.b#1 m10:a#2,a.b#2 m2:a.b#3 z-�:a.b#4
    range | a=-.- b=-.- c=-.- B=-.- a.b=-.- | m1/i3/-/a,b,c,B,a.b | \
    m1:a#0,a#1,b#0,b#1,B#0,B#1,c#0,c#1,a.b#0,a.b#1
    range | c=-.- B=-.-.-.-.-.-.- | m1/-/-/c,B z-😀/-/-/c | m1:B#0,B#1,B#2,B#3,B#4,B#5,B#6,c#0 z-😀:c#1
    range | a= c= B= | z-😀/i3/-/a,c,B m2/i1/-/c,B M/i6/-/a,B z-�/i4/-/a,B | M: m2: z-😀: z-�:
    range | b=-.-.-.-.- c=-.-.-.-.- B=-.-.-.-.- a.b=-.-.-.-.- | m10/i3/-/b,c,B,a.b m1/-/-/b,c,B,a.b | \
    m1:b#3,b#4,B#3,B#4,c#3,c#4,a.b#3,a.b#4 m10:b#0,b#1,b#2,B#0,B#1,B#2,c#0,c#1,c#2,a.b#0,a.b#1,a.b#2
    range | c=-.-.-.-.-.-.- a.b=-.- | M/i3/-/c,a.b m10/-/-/c z-�/i6/-/c,a.b | M:c#0,c#1,c#2,a.b#0 m10:c#5,c#6 \
    z-�:c#3,c#4,a.b#1
    range | c=-.-.-.- a.b=-.-.-.- | z-😀/i3/-/c m10/i1/-/c,a.b m2/-/-/c m1/-/-/a.b m0/i2/-/a.b | m0:a.b#2 \
    m1:a.b#3 m10:c#0,c#1,a.b#0,a.b#1 m2:c#3 z-😀:c#2
    range | a=-.-.-.-.- c=-.-.-.-.- B=-.-.-.-.-.-.- a.b=-.-.-.-.- | M/i3/-/a,c,B,a.b | \
    M:a#0,a#1,a#2,a#3,a#4,B#0,B#1,B#2,B#3,B#4,B#5,B#6,c#0,c#1,c#2,c#3,c#4,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4
    range | a=-.-.-.- c=-.-.-.- | m0/i3/-/a,c M/i1/-/ m2/i6/-/a | M: m0:a#0,a#1,c#0,c#1,c#2,c#3 m2:a#2,a#3
    range | a=-.-.-.-.-.-.-.- c=-.-.-.-.-.- a.b=-.-.-.-.-.-.-.- | M/-/-/a,a.b | \
    M:a#0,a#1,a#2,a#3,a#4,a#5,a#6,a#7,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5,a.b#6,a.b#7
    range | a=-.-.-.-.-.- b=-.-.-.-.-.-.- c= B=-.-.- | z-�/i3/-/a,b,c,B m10/i1/-/a,b,c,B z-😀/i6/-/a,b,c,B \
    M/i4/-/a,b,c,B,unheard | M:a#4,b#4,b#5,B#2 m10:a#0,a#1,b#0,b#1,B#0 z-😀:a#5,b#6 z-�:a#2,a#3,b#2,b#3,B#1
    range | a=-.- b=- a.b=- | m1/i3/-/a,a.b,unheard M/-/-/a,a.b m10/-/-/b,a.b m2/-/-/a,b,a.b,unheard | M:a#1 \
    m1:a#0,a.b#0 m10:b#0 m2:
    range | b=- c=- B=- a.b=-.-.-.-.- | z-�/-/-/b,B,a.b,unheard m1/-/-/b | m1:b#0 \
    z-�:B#0,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4
    range | c=-.-.- B=-.-.- a.b= | z-😀/i3/-/c,B,a.b m10/-/-/c,B,a.b z-�/i6/-/c,B,a.b m1/-/-/c,B,a.b \
    M/i2/-/c,B,a.b m0/i0/-/c,B,a.b | M:B#1,c#1 m0:B#0,c#0 m1: m10: z-😀:B#2,c#2 z-�:
    range | a=-.-.-.-.- c=-.-.- | z-😀/-/-/a,c M/-/-/ m0/i6/-/a,c m1/-/-/a,c z-�/-/-/a,c | M: m0:a#0,a#1,c#0 \
    m1:a#2,c#1 z-😀:a#3,c#2 z-�:a#4
    range | a=-.-.-.- b=-.-.-.-.-.- B=-.- a.b=-.-.-.-.-.- | m0/i3/-/a,B,a.b | \
    m0:a#0,a#1,a#2,a#3,B#0,B#1,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5
    range | a=xy c=x.z.x.y.y | m0/i3/-/a,c z-😀/i1/x/a,c z-�/i6/y/a,c m2/i4/-/a,c | m0:c#1 m2:c#3 \
    z-😀:a#0,c#0,c#2 z-�:c#4
    range | a=-.x.- | M/i3/y/a m10/i1/z/a z-�/i6/x/a m2/i4/x/a,unheard m0/i2/z/a m1/i0/y/a z-😀/i5/x/a | M: m0: \
    m1:a#0 m10:a#2 m2:a#1 z-😀: z-�:
    range | a=yz.x.y b=x.y.y.y.y.-.xy.x B=x.xz.-.xy.xy.x | M/i3/-/a,b,B m2/-/z/a,b,B m10/-/-/a,b,B | \
    M:B#0,B#1,a#0,b#0,b#1,b#2 m10:B#2,B#3,a#1,b#3,b#4,b#5 m2:B#4,B#5,a#2,b#6,b#7
    range | b=z.y B=xy.xy | m10/i3/y/b,B,unheard z-�/i1/x/b,B m2/i6/x/b,unheard m0/i4/x/b,B m1/i2/x/B M/i0/-/B \
    z-😀/i5/z/b,B | M:B#0 m0: m1: m10:b#1 m2: z-😀:b#0 z-�:B#1
    range | a=x.-.y b=y.x.x.x.y.y B=y.y.x.xz.xy.yz | m2/-/-/a,b,B,unheard z-�/-/x/a,b,B z-😀/-/y/a,b,B \
    M/-/z/a,b,B m1/-/z/a,b,B,unheard m10/-/z/a,b,B m0/-/x/a,b,B | M:B#1,b#1 m0:B#2,a#0,b#2 m1:B#5,b#5 m10: \
    m2:B#0,a#1,b#0 z-😀:B#4,a#2,b#4 z-�:B#3,b#3
    range | b=-.xy c=-.x.y.z.y.-.- B=x.y | m10/i3/x/c,B M/i1/y/c z-�/i6/y/B z-😀/i4/y/c m0/i2/z/b,c m2/i0/y/b,B \
    | M:c#2,c#4 m0:b#0,c#0,c#3 m10:B#0,c#1,c#5 m2:B#1,b#1 z-😀:c#6 z-�:
    range | a=y.z b=z.xz.y.y.y.z.x B=x.xz | z-😀/i3/z/a,b,B m2/i1/y/a,b,B | m2:B#0,a#0,b#2,b#3,b#4,b#6 \
    z-😀:B#1,a#1,b#0,b#1,b#5
    range | a=x.-.y.xy.yz b=y c=z.y.x.z.y.y.x B=xy.yz.xy.y.x | z-😀/i3/-/b,c,B m0/-/x/a,b,c,B m1/-/-/a,b,c \
    m10/-/y/a,b,B m2/-/y/a,c,B M/i0/-/b,c,B z-�/-/-/a,b,c,B | M:B#0,b#0,c#0,c#1 m0:B#2,a#0,c#6 m1:a#1,c#3 \
    m10:B#3,a#2 m2:a#3,c#4 z-😀:B#1,c#2 z-�:B#4,a#4,c#5
    range | a= b= c= a.b= | z-😀/-/-/a,b,c,a.b m1/-/-/a,b,c,a.b m0/-/y/a,b,c,a.b m10/i4/x/a,b,c,a.b \
    z-�/i2/z/a,b,c,a.b,unheard M/i0/y/a,b,c,a.b m2/i5/x/a,b,c,a.b | M: m0: m1: m10: m2: z-😀: z-�:
    range | c=x.xy.x.z a.b=yz.y.x.z.x.y.z.xz | z-�/i3/-/c,a.b m2/i1/z/c,a.b | \
    m2:a.b#0,a.b#3,a.b#6,a.b#7,c#2,c#3 z-�:a.b#1,a.b#2,a.b#4,a.b#5,c#0,c#1
    range | b=y.x c=-.x B=z.x a.b=xy.z | m10/i3/x/b,c,B,a.b m2/i1/y/b,c,B,a.b M/i6/x/b,c,B,a.b \
    m1/i4/x/b,c,B,a.b z-�/i2/z/b,c,B,a.b,unheard | M: m1: m10: m2:B#0,a.b#0,b#0,c#0 z-�:B#1,a.b#1,b#1,c#1
    range | b=-.x.z c=x.-.z a.b=x | m1/-/x/b,c M/-/x/b,c,a.b,unheard m10/-/-/c,a.b | M:a.b#0,b#0,b#1,c#0 \
    m1:b#2,c#2 m10:c#1
    range | B=y a.b=y | m10/-/-/B,a.b m0/-/x/B,a.b m1/-/x/B,a.b | m0:B#0,a.b#0 m1: m10:
    range | a=z.z.z.y.-.y.y.x c=y.x.z.y B=xz.y.x.x a.b=x.xz.xy.x | m1/i3/y/a,c,B,a.b z-�/i1/x/c,B,a.b \
    z-😀/i6/y/a,c,B,a.b m2/i4/z/a,c,B,a.b,unheard m10/i2/x/a,c,B,a.b | m1:B#2,a#3,a#5,a.b#2,c#2 \
    m10:B#1,a#2,a#7,a.b#1,c#1 m2:B#3,a#0,a#1,a.b#3,c#3 z-😀:a#4,a#6 z-�:B#0,a.b#0,c#0
    range | a=z b=z c=yz.z.z.-.-.z B=y a.b=xz | z-😀/i3/-/a,b,c,B,a.b z-�/i1/z/a,b,c,B,a.b m2/i6/x/a,b,c,B,a.b \
    M/i4/y/a,b,c,B,a.b m0/i2/y/a,b,c,B,a.b | M:c#4 m0:c#3 m2:c#5 z-😀:B#0,a#0,a.b#0,b#0,c#2 z-�:c#0,c#1
    range | a=x b=x.xy.x.x.-.yz.xz c=xy B=yz | z-😀/i3/x/a,b,c,B z-�/-/z/a,b,c,B m0/-/y/a,B m2/-/z/a,b,c,B \
    M/i2/z/a,b,c,B m1/-/y/a,b,c,B m10/i5/x/a,b,c,B | M:B#0,a#0,b#5,b#6,c#0 m0: m1:b#2 m10:b#1 m2:b#3 z-😀:b#0 \
    z-�:b#4
    range | b= a.b=-.xy.z | z-😀/i3/y/b,a.b m0/i1/x/b,a.b | m0:a.b#0,a.b#1 z-😀:a.b#2
    range | b=x.y.x B=z.-.x | m2/i3/z/unheard m1/i1/y/B m10/i6/-/B z-😀/i4/-/b,B m0/i2/x/b,B M/i0/-/b \
    z-�/i5/z/b,B | M:b#0 m0:B#2,b#2 m1: m10:B#1 m2: z-😀:B#0,b#1 z-�:
    range | B=x.y.xy a.b=yz.y.y | m1/i3/y/B,a.b m0/i1/y/B,a.b M/i6/-/B,a.b z-�/i4/z/B,a.b m10/i2/z/B,a.b \
    z-😀/i0/z/B,a.b,unheard m2/i5/x/B,a.b | M:B#0,a.b#0 m0:B#1,a.b#1 m1:B#2,a.b#2 m10: m2: z-😀: z-�:
    range | a=-.xy.x.x.xy.x.- b=x.x a.b=y.y | m0/i3/y/a,b,a.b,unheard | \
    m0:a#0,a#1,a#2,a#3,a#4,a#5,a#6,a.b#0,a.b#1,b#0,b#1
    range | a=y.xz.xy.y b=y.x.x.y c=y.-.y.y B=y.y.y.z a.b= | m1/-/z/a,b,c,B,a.b m0/-/z/a,b,c,B,a.b \
    z-😀/-/-/a,b,c,B,a.b | m0:B#2,a#2,b#2,c#2 m1:B#3,a#3,b#3,c#3 z-😀:B#0,B#1,a#0,a#1,b#0,b#1,c#0,c#1
    range | a= b= B= | m1/i3/z/b,B M/i1/y/b,B | M: m1:
    range | a=x.yz.xy.y.x.xy c=z.z.y.y.x.yz.x B=xy.y.z.x.xz.y.y.x a.b=x.y.z.z.y | m0/i3/z/a,c,B,a.b \
    z-�/-/z/a,c,B,a.b m2/-/x/a,c,B,a.b m1/i4/x/a,c,B,a.b | m0:B#2,B#4,a#1,a.b#2,a.b#3,c#0,c#1 \
    m1:B#0,B#3,a#0,a#2,a.b#0,c#4,c#6 m2:B#1,B#7,a#4,a#5,a.b#1,c#2,c#3 z-�:B#5,B#6,a#3,a.b#4,c#5
    range | a=y.y.- b=yz.x.z.y B=-.z.x a.b=x.-.xz | m2/i3/y/a,b,a.b z-😀/-/x/a,b,a.b m1/-/x/a,b,a.b \
    M/i4/-/a,b,B,a.b z-�/i2/y/b,B | M:B#2,a#0,a.b#0,b#1 m1:a#2,a.b#2,b#2 m2:a#1,a.b#1,b#3 z-😀: z-�:B#0,B#1,b#0
    range | b=-.y.x.y.xy.x c=-.- a.b=xy.-.y.xy.xz.y | m1/-/x/b,c,a.b | \
    m1:a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5,b#0,b#1,b#2,b#3,b#4,b#5,c#0,c#1
    range | a= a.b=xy | m0/-/-/a | m0:
    range | a=z.z.x.y.xy B=y.x.y.x.y a.b=xy.y.-.y.x | m10/-/z/a,B,a.b z-😀/-/y/a,B,a.b m0/-/y/a,B,a.b \
    M/-/z/a,B,a.b | M:B#0,B#1,a#0,a#1,a.b#0,a.b#1 m0:B#2,a#2,a.b#2 m10:B#3,a#3,a.b#3 z-😀:B#4,a#4,a.b#4
    range | a=y.y.x b=x.x.- c=xy.xy.x B=yz.-.y a.b=x.z.y | M/i3/y/b,c,B z-😀/i1/x/a,b,B,a.b | \
    M:B#2,b#2,c#0,c#1,c#2 z-😀:B#0,B#1,a#0,a#1,a#2,a.b#0,a.b#1,a.b#2,b#0,b#1
    range | a=x.xy.x.x.z.x b=xy.z.z.y.- B= a.b=y.xy.xy.z | M/-/x/a,b,B,a.b m2/-/y/a,b,B,a.b m0/-/x/a,b,B,a.b \
    m10/-/z/a,b,B,a.b z-�/-/-/a,b,B,a.b | M:a#0,a#1,a.b#1,b#0 m0:a#2,a.b#2,b#4 m10:a#4,a.b#3,b#1 \
    m2:a#5,a.b#0,b#3 z-�:a#3,b#2
    range | a= b= c=y.x.x.y B= | m0/-/y/a,b,c z-�/-/-/a,b,c,B M/-/z/a,b,c,B m1/-/y/a,b,c m2/-/z/a,c,B \
    z-😀/-/y/a,b,c,B | M:c#2 m0:c#0 m1:c#3 m2: z-😀: z-�:c#1
    range | a=x b=x c=y.y.-.z.y.xz B=xy a.b=y | m0/i3/z/a,b,c,B,a.b z-�/i1/x/a,b,c,B,a.b M/i6/y/a,b,c,B,a.b \
    m2/i4/y/a,b,c,B,a.b m10/i2/-/a,b,c,B,a.b m1/i0/z/a,b,c,B,a.b,unheard z-😀/i5/y/a,b,c,B,a.b | M: m0:c#2 \
    m1:c#3 m10:B#0,a#0,a.b#0,b#0,c#0 m2:c#1 z-😀:c#4 z-�:c#5
    range | a= b= c= B=z.yz.y.z.-.z.x.y | m0/i3/y/a,b,B M/i1/-/a,c,B m10/i6/-/b,c,B z-😀/i4/y/a,b \
    m1/i2/x/a,b,c,B | M:B#0,B#1 m0:B#2,B#7 m1:B#5,B#6 m10:B#3,B#4 z-😀:
    range | a= c= | m10/-/z/a,c,unheard m1/-/-/a,c m2/-/x/a,c,unheard M/-/z/a,c z-�/-/z/a,c z-😀/-/z/a,c \
    m0/-/-/a,c | M: m0: m1: m10: m2: z-😀: z-�:
    range | a=-.z.xy.xy.y.y b=x.z.xy.y.-.y c=x.-.xz.xy.y.z a.b=yz.y.x.y.z.y | z-�/-/x/a,c m10/-/-/b,c,a.b \
    M/-/z/a,b,c,a.b m1/-/x/b,c,a.b | M:a#0,a#1,a#4,a.b#3,a.b#4,b#3,b#4,c#2,c#5 m1:a.b#2,a.b#5,b#2,b#5,c#0,c#3 \
    m10:a.b#0,a.b#1,b#0,b#1,c#1 z-�:a#2,a#3,a#5,c#4
    range | a=x.y.x b=x c=- B=x a.b=z | m1/-/x/a,b,c,B,a.b m10/-/z/a,b,c,B,a.b m0/-/x/a,b,c,B,a.b \
    z-😀/-/x/a,b,c,B,a.b m2/-/-/a,b,c,B,a.b z-�/-/x/a,b,c,B,a.b | m0:a#0 m1:a#2 m10: m2:B#0,a#1,a.b#0,b#0,c#0 \
    z-😀: z-�:
    range | a=x.y.z.y.xy.x b=y.x.x c=y.y.x.y.x.yz a.b=xy.z.z.x.y.y | z-�/-/z/a,b,c m10/-/z/a.b | \
    m10:a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5 z-�:a#0,a#1,a#2,a#3,a#4,a#5,b#0,b#1,b#2,c#0,c#1,c#2,c#3,c#4,c#5
    range | a=xy.y.y.x.y.x b=y.-.x.z B=y.y.y.x a.b=x.y.z.y | z-😀/i3/x/a,b,B,a.b z-�/i1/z/a,b,B,a.b \
    m0/i6/x/a,b,B,a.b m2/i4/x/a,b,B,a.b | m0:B#3,a#4,a.b#3,b#3 m2:B#2,a#5,a.b#2,b#2 z-😀:B#1,a#0,a#3,a.b#1,b#1 \
    z-�:B#0,a#1,a#2,a.b#0,b#0
    range | a=xz.yz.y.x.z.y B=x.xy.y.x.y.x a.b=y.-.yz.-.-.z | z-�/-/z/a M/-/-/a,B | \
    M:B#0,B#1,B#2,B#3,B#4,B#5,a#0,a#1,a#2 z-�:a#3,a#4,a#5
    range | a=x.xy.y.yz.z b=x.y.y.x.z c=y.z.z.y.x B=x.z.y.z.yz.y.yz.x a.b=x.-.x.y.xy | z-�/-/y/a,b,c,B,a.b \
    m1/-/-/a,b,c,B,a.b z-😀/-/y/a,b,c,B,a.b m10/-/y/a,b,c,B,a.b m2/-/y/a,b,c,B,a.b | \
    m1:B#0,B#1,a#0,a.b#0,b#0,c#0 m10:B#2,B#4,a#1,a.b#1,b#1,c#1 m2:B#5,B#6,a#2,a.b#2,b#2,c#2 \
    z-😀:B#3,a#3,a.b#3,b#3,c#3 z-�:B#7,a#4,a.b#4,b#4,c#4
    range | c=y.y.xz.z.xy.x.- B=y.y a.b=z.x | m2/-/y/a.b m10/i1/x/c,a.b z-�/i6/y/B,a.b m1/-/y/c,B \
    m0/-/x/B,a.b,unheard M/i0/x/B,a.b z-😀/i5/x/c,B,a.b,unheard | M:B#0,a.b#1 m0: m1:c#0,c#1 \
    m10:a.b#0,c#2,c#4,c#5 m2: z-😀:B#1,c#3,c#6 z-�:
    range | a=z.xy.z b=z.yz.x a.b=x.-.y | m1/-/y/a,b,a.b m0/-/y/a,b,a.b M/i6/-/a,b,a.b m10/-/x/a,b,a.b,unheard \
    m2/i2/x/a,b,a.b,unheard z-😀/-/x/a,b,a.b z-�/i5/-/a,b,a.b | M:a#1,a.b#1,b#1 m0: m1: m10: m2:a#2,a.b#2,b#2 \
    z-😀: z-�:a#0,a.b#0,b#0
    range | c=-.x.y.z.y.- | m2/-/z/c m10/-/x/c m0/-/z/c M/-/y/ z-�/-/x/c m1/-/y/c z-😀/-/z/c,unheard | M: \
    m0:c#3 m1:c#2 m10:c#1 m2:c#0 z-😀:c#4 z-�:c#5
    range | a=z.xz.yz.x B=y.-.y.xz.xz.z a.b=x.z.y.z | m2/i3/x/a,B,a.b m0/i1/-/a,B,a.b | \
    m0:B#0,B#1,B#2,a#0,a#1,a.b#0,a.b#1 m2:B#3,B#4,B#5,a#2,a#3,a.b#2,a.b#3
    range | B=y.-.y a.b=x.yz.x | m1/i3/x/B M/i1/y/a.b m2/-/-/B,a.b m10/i4/-/B,a.b z-�/i2/y/B,a.b \
    z-😀/i0/-/B,a.b | M:a.b#1 m1: m10:B#1,a.b#2 m2: z-😀:B#0,a.b#0 z-�:B#2
    range | b=z.y.z.x.y c=z.y.y.xz.x B=y.x.x.xy.x | z-😀/-/y/b,c,B m2/-/x/b,c,B m10/-/y/b,c,B | \
    m10:B#0,B#1,b#0,b#1,c#0,c#1 m2:B#2,B#3,b#2,b#3,c#2,c#3 z-😀:B#4,b#4,c#4
    range | b=x.x.y c=y.x.y.z a.b=xy.xy.y.- | m2/i3/z/b,c m10/i1/z/b,c,a.b m1/-/x/b,a.b | m1:a.b#0,a.b#1,b#0 \
    m10:a.b#2,a.b#3,b#1,c#0,c#3 m2:b#2,c#1,c#2
    range | a=y b=xz.y B=y.xy a.b=x.y | z-�/i3/z/a,b,B,a.b | z-�:B#0,B#1,a#0,a.b#0,a.b#1,b#0,b#1
    range | a=xy.y.xz.y.x.x b=y.z.xy.y.xy.xz c=x.xz B=y.yz.yz.yz.x.y a.b=z.z.-.y.y.y | m2/-/-/a,b,a.b \
    m0/i1/-/a,b,c,a.b M/i6/z/a,c,B,a.b m10/-/-/a,b,B | M:B#1,B#2,B#3,a#2,a.b#4,a.b#5,c#1 \
    m0:a#0,a#1,a.b#0,a.b#1,b#0,b#1,c#0 m10:B#0,B#4,B#5,a#3,a#4,b#2,b#3 m2:a#5,a.b#2,a.b#3,b#4,b#5
    range | a=z.z.xy.x.x.x b=z.- c=yz.x a.b=y.y | m2/-/-/a,b,c,a.b z-😀/-/-/a,b,c,a.b,unheard M/-/z/a,b,c,a.b \
    z-�/-/x/a,b,c,a.b m0/-/y/a,b,c,a.b m1/-/z/a,b,c,a.b m10/-/z/a,b,c,a.b | M:a#0 m0:a#2 m1:a#1 m10: \
    m2:a#3,a.b#0,b#0,c#0 z-😀:a#4,a.b#1,b#1,c#1 z-�:a#5
    range | a=xz.xy.xy b=x c=x B=y.y.xy.z.x.z.x.x | m0/-/y/b,c m1/-/x/a,b,c m2/-/x/a,b,c,B | m0: \
    m1:a#0,a#1,b#0,c#0 m2:B#0,B#1,B#2,B#3,B#4,B#5,B#6,B#7,a#2
    range | a=yz.x.yz b=z.x.x c=xy.xy.z B=x.y.x a.b=x.-.xy | m0/-/z/a,b,c,B,a.b m10/-/x/a,b,c,B,a.b | \
    m0:B#0,B#1,a#0,a#1,a.b#0,a.b#1,b#0,b#1,c#0,c#1 m10:B#2,a#2,a.b#2,b#2,c#2
    range | a=z.x.z.x.y b=y.y.x.z.- | M/-/y/a m0/-/z/a,b m1/-/z/a,b m10/-/z/unheard z-�/-/x/ | M:a#1,a#4 \
    m0:a#0,a#2,b#0,b#1,b#3 m1:a#3,b#2,b#4 m10: z-�:
    range | c=x.yz.y.x.xy.y B=xy.z.yz.yz.-.x a.b=y.x.y.-.y.y.z.xy | z-😀/-/-/c,B,a.b M/-/z/c,B,a.b \
    m10/-/z/c,B,a.b m1/-/z/c,B,a.b m0/-/z/c,B,a.b m2/-/y/c,B,a.b,unheard z-�/-/x/c,B,a.b | M:B#1,a.b#6,c#1 \
    m0:B#3,a.b#3,c#3 m1:B#4,a.b#4,c#4 m10:B#5,a.b#5,c#5 m2:B#2,a.b#0,a.b#2,c#2 z-😀:B#0,a.b#1,c#0 z-�:a.b#7
    range | b=yz.x.y.y.y c= B= a.b=-.x | m10/i3/y/b,c,a.b | m10:a.b#0,a.b#1,b#0,b#1,b#2,b#3,b#4
    range | a=xz.z.xy b=y.y.xz a.b=x.y.-.x.y.x | m0/i3/x/a,b,a.b m1/i1/z/a,b,a.b m10/i6/y/a,b,a.b | \
    m0:a#2,a.b#0,a.b#3,b#2 m1:a#0,a.b#2,a.b#5,b#0 m10:a#1,a.b#1,a.b#4,b#1
    range | b=xy.x.y.-.y.x B=y.y.z.y.z.- | M/i3/x/b,B z-�/i1/y/b m2/i6/z/B m10/i4/z/b,B z-😀/i2/z/b,B \
    m0/i0/y/b,B | M:B#3,b#1 m0:B#0,B#1,b#0,b#2 m10:B#4,b#5 m2:B#5 z-😀:B#2,b#3 z-�:b#4
    range | B=y.xy | z-�/-/y/B z-😀/-/y/B M/-/-/B m2/-/y/B m10/-/y/B,unheard m1/-/-/B m0/-/z/B | M:B#0 m0: \
    m1:B#1 m10: m2: z-😀: z-�:
    range | c=x.xz.y.xz.y B= a.b=xz.x.yz.yz.yz | m1/-/-/c,B,a.b m2/-/y/c,B,a.b,unheard M/-/z/c,B z-�/-/y/c \
    z-😀/-/x/c,B,a.b m10/-/z/c m0/-/y/c,B | M:c#1 m0:c#2 m1:a.b#0,a.b#1,c#0 m10:c#3 m2:a.b#2,a.b#3,c#4 \
    z-😀:a.b#4 z-�:
    range | a=y.xy.yz.x.y.y c= a.b=z.xy.xz.xy.x.y.-.- | m10/i3/x/a,c,a.b m2/i1/x/a,c,a.b m1/i6/y/a,c,a.b | \
    m1:a#0,a#2,a.b#5,a.b#7 m10:a#4,a#5,a.b#0,a.b#4,a.b#6 m2:a#1,a#3,a.b#1,a.b#2,a.b#3
    range | b=x.y c=y.xz B=yz.x | z-�/i3/y/b,c,unheard z-😀/-/y/b,c | z-😀:b#1,c#1 z-�:b#0,c#0
    range | b=x.-.y c=y.xy.x B=-.y.- a.b=xy.x.x | z-�/i3/y/b,c,B,a.b,unheard | \
    z-�:B#0,B#1,B#2,a.b#0,a.b#1,a.b#2,b#0,b#1,b#2,c#0,c#1,c#2
    range | a=x.z.y.x.z.y b=xz.xy.x.z.y B=z.x.x.x.x.xy | z-�/i3/z/a,B M/-/-/a,B | M:B#0,B#1,B#2,a#0,a#1,a#2 \
    z-�:B#3,B#4,B#5,a#3,a#4,a#5
    range | c=x.y.y.x.- B=y a.b=-.x.y.y.x | M/-/x/c,B,a.b m1/-/-/c,B,a.b z-�/i6/-/c,B,a.b m10/-/z/c,B,a.b \
    z-😀/-/-/c,B,a.b m2/i0/x/c,B,a.b m0/i5/-/c,B,a.b | M: m0:a.b#0,c#0 m1:a.b#2,c#2 m10: m2:B#0,a.b#4,c#4 \
    z-😀:a.b#3,c#3 z-�:a.b#1,c#1
    range | a=x.y.y.x.xy.yz.y.y b=x c=x B=xy.x.xy.z.x.y.x.y a.b=yz | m0/i3/x/b,c,B,a.b \
    m1/i1/z/a,c,B,a.b,unheard m2/i6/z/a,c,B,a.b | m0:B#0,B#1,B#2,b#0 m1:B#3,B#4,B#5,a#0,a#1,a#2,a#5,a.b#0,c#0 \
    m2:B#6,B#7,a#3,a#4,a#6,a#7
    range | b=xy.y.x.y.y.x a.b=y.y.x.z.y.x | m2/-/z/b,a.b M/-/x/b,a.b m1/-/-/b,a.b m10/-/-/b,a.b z-😀/-/x/b,a.b \
    z-�/i0/x/b,a.b m0/i5/z/b,a.b | M:a.b#5,b#5 m0:a.b#3,b#3 m1:a.b#0,b#0 m10:a.b#1,b#1 m2:a.b#4,b#4 z-😀: \
    z-�:a.b#2,b#2
    range | a=xy.-.x b=xz.xy.y c=z.yz.z a.b=y.y.x.z | z-😀/i3/x/b,c,a.b,unheard m1/i1/y/c,a.b \
    M/i6/x/a,b,c,unheard | M:a#0,a#1,a#2,b#2,c#2 m1:a.b#0,a.b#1,c#1 z-😀:a.b#2,a.b#3,b#0,b#1,c#0
    range | b=y.x B= a.b=z.z | z-😀/i3/x/b,B,a.b z-�/i1/y/b,B,a.b m0/i6/z/b,B,a.b | m0: z-😀:a.b#1,b#1 \
    z-�:a.b#0,b#0
    range | a=z.xy.y.x.yz.xz b=y.xy.x.-.y.x c=x.x.xy.yz.z.xy B=-.x.z.xz.xy.x | m2/-/-/a,b,c,B M/-/-/B \
    m10/i6/y/a,b,B m1/i4/y/a,c,B | M:B#0,B#1 m1:B#4,a#1,a#2,c#2,c#3,c#5 m10:B#5,a#4,a#5,b#0,b#1,b#4 \
    m2:B#2,B#3,a#0,a#3,b#2,b#3,b#5,c#0,c#1,c#4
    range | b=y c=-.y.y.y.xy.y.x B=yz | z-�/-/-/b,c,B m0/-/y/b,c,B m2/-/-/b,c,B m1/-/-/b,c,B M/-/-/b,c,B \
    m10/-/z/b,c,B z-😀/-/z/b,c,B | M:B#0,b#0,c#0 m0:c#1 m1:c#2 m10:c#5 m2:c#3 z-😀:c#6 z-�:c#4
    range | b=x.y c=x.x | m2/i3/y/b,c M/i1/z/ | M: m2:b#0,b#1,c#0,c#1
    range | a=-.z.xy.-.x.y b=xy.x.y.x.x.xy c=x.xy.xy.z.xy.y a.b=xy.x.y.yz.y.y | z-😀/-/z/a,b,c,a.b \
    m1/-/z/a,b,c,a.b m0/-/y/a,b,c,a.b | m0:a#2,a#5,a.b#2,a.b#5,b#2,b#5,c#2,c#5 \
    m1:a#0,a#1,a.b#0,a.b#1,b#0,b#1,c#0,c#1 z-😀:a#3,a#4,a.b#3,a.b#4,b#3,b#4,c#3,c#4
    range | b=z c=x B=xy a.b=y | m1/i3/-/B,unheard m0/i1/y/c,B,a.b | m0:B#0,c#0,a.b#0 m1:
    range | a=z.x.z.xy c=xy.x.y.xy B=-.xz.xz.xz.xy | m10/i3/y/a,c,B | \
    m10:B#0,B#1,B#2,B#3,B#4,a#0,a#1,a#2,a#3,c#0,c#1,c#2,c#3
    range | a=yz.xy.-.xz.x.x.xz b=xy.y.y.x.xy c=-.x.z.z.y B=xy.yz.z.x.xz.x.-.y a.b=x.y.y.y.xy | \
    z-😀/i3/x/b,c,B,a.b m0/i1/y/a,b,c,B z-�/i6/z/b,c,a.b M/i4/y/B,a.b m1/i2/-/a,c,B,a.b | M:B#6,B#7,a.b#2 \
    m0:B#0,B#1,a#0,a#1,a#6,b#0,b#1,c#4 m1:B#2,B#3,a#2,a#3,a#4,a#5,a.b#0,a.b#1,c#0,c#1 \
    z-😀:B#4,B#5,a.b#4,b#3,b#4,c#3 z-�:a.b#3,b#2,c#2
    range | a= c=y.xy.y.-.x.- | M/i3/-/a,c m0/i1/x/a,c | M:c#0,c#2,c#3 m0:c#1,c#4,c#5
    range | a=y.xy.y.-.z.xz b=z.-.z.x.yz.xz B=z.y.xy.z.-.yz a.b=-.xy.-.z.x.x | m0/-/y/a,b,B M/i1/z/b,a.b \
    z-�/i6/y/a,B,a.b z-😀/-/x/a,b,B,a.b m1/-/z/b,B | M:a.b#0,a.b#3,b#0,b#2 m0:B#5,a#2,a#3,b#1,b#4 \
    m1:B#0,B#3,b#5 z-😀:B#4,a#4,a#5,a.b#4,a.b#5,b#3 z-�:B#1,B#2,a#0,a#1,a.b#1,a.b#2
    range | b=y.y.xy.yz.y.yz.x a.b=x.y | m10/-/-/b,a.b m2/-/y/b,a.b m0/i6/z/b,a.b z-�/-/z/b,a.b M/i2/z/b,a.b \
    m1/i0/x/b,a.b | M:b#3 m0:b#5 m1:a.b#0,b#2,b#6 m10:a.b#1,b#0 m2:b#1 z-�:b#4
    range | a=-.xz.xz.xz.yz.xy a.b=y.y.x | z-😀/-/y/a.b z-�/-/z/a m2/-/y/a M/-/z/a m1/-/y/a,a.b m10/-/x/a,a.b \
    m0/-/y/a,a.b | M:a#1 m0:a#4,a.b#0 m1:a#5,a.b#1 m10:a#2,a.b#2 m2:a#0 z-😀: z-�:a#3
    range | a= c= B= a.b= | z-😀/i3/z/a,c,B,a.b | z-😀:
    range | a=xy.z.z b=x.xy.x c=x.z.y.z.x | m1/i3/-/b,c m2/i1/x/a,c | m1:b#0,b#1,b#2,c#1,c#2,c#3 \
    m2:a#0,a#1,a#2,c#0,c#4
    range | a=x.xz.z.z c=z.x.-.x B=z.x.x.y a.b= | m0/-/y/a,c,B,a.b | \
    m0:B#0,B#1,B#2,B#3,a#0,a#1,a#2,a#3,c#0,c#1,c#2,c#3
    range | a.b=xz.xz | m0/-/y/ | m0:
    range | c=x.y.y.y.- a.b=xz.y.y.y.xy.xz | m0/-/x/c,a.b,unheard | \
    m0:a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5,c#0,c#1,c#2,c#3,c#4
    range | b=x.x.yz c=x B=z.x.y.z a.b=x.y.xz.z | m1/-/x/c,B z-�/i1/z/b,B,a.b | m1:B#1,B#2,c#0 \
    z-�:B#0,B#3,a.b#0,a.b#1,a.b#2,a.b#3,b#0,b#1,b#2
    range | a= b= B= | m1/-/y/a,b,B m0/i1/-/a,b,B m10/-/-/a,b,B z-�/-/z/a,b,B | m0: m1: m10: z-�:
    range | a= b=z c=x.x.y.x B=z a.b=y.y.y.xz.y.- | z-😀/i3/y/b,a.b m10/i1/z/b,c,a.b | \
    m10:a.b#3,a.b#4,a.b#5,b#0,c#0,c#1,c#2,c#3 z-😀:a.b#0,a.b#1,a.b#2
    range | c=yz.x.y B=xy.x.z.x.x.z a.b=-.x.yz | z-😀/i3/z/c,B,a.b m2/i1/z/c,B,a.b m1/i6/z/c,B,a.b \
    m10/i4/x/c,B,a.b,unheard | m1:B#4 m10:B#0,B#1,a.b#1,c#1 m2:B#2,B#5,a.b#0,c#0 z-😀:B#3,a.b#2,c#2
    range | b=x.yz.z c=y.x.z B=y.x.xy.xy a.b=xy.x.x | z-�/i3/z/b,c,a.b m10/i1/x/b,c,B,a.b | \
    m10:B#0,B#1,B#2,B#3,a.b#0,a.b#1,b#0,b#1,c#0,c#1 z-�:a.b#2,b#2,c#2
    range | c=x.yz.z a.b=x.y.y | m1/i3/z/c,a.b m10/i1/y/c,a.b,unheard | m1:a.b#2,c#2 m10:a.b#0,a.b#1,c#0,c#1
    range | a=x.z.x.x b=z.x.xz.xz.y.x c=y.z.x.z.x.x B=x.-.y.x.xy a.b=y.x.x.xz.x.y | m10/i3/-/a,c,a.b \
    z-�/i1/z/a,b,c,B,a.b M/i6/z/b,B,a.b,unheard m0/i4/x/a,b,c,a.b m2/i2/-/a,b,c,B,a.b m1/i0/-/a,b,c,B,a.b | \
    M:B#4,a.b#5,b#4 m0:a.b#4,b#5,c#5 m1:B#0,B#1,a#0,a.b#0,b#0,b#1,c#0,c#1 m10:a#3,a.b#2,c#4 \
    m2:B#3,a#2,a.b#1,b#3,c#2 z-�:B#2,a#1,a.b#3,b#2,c#3
    roundrobin | a=-.-.-.-.-.- c=-.-.-.-.-.- B= a.b=-.-.-.-.-.- | m2/i3/-/a,c,B,a.b m10/-/-/a,c,B,a.b | \
    m10:a#1,a#3,a#5,a.b#1,a.b#3,a.b#5,c#1,c#3,c#5 m2:a#0,a#2,a#4,a.b#0,a.b#2,a.b#4,c#0,c#2,c#4
    roundrobin | a= b= c= a.b=-.- | z-�/i3/-/a,b,c m2/i1/-/b,a.b m0/i6/-/a,b,c,a.b m10/i4/-/a,b,a.b,unheard | \
    m0: m10:a.b#1 m2:a.b#0 z-�:
    roundrobin | a=-.- b=- B=-.-.-.-.-.- a.b=-.-.-.-.-.-.- | m10/-/-/a,b,B M/-/-/a,b,a.b m2/-/-/a,b,B \
    m0/-/-/b,a.b | M:a#0,a.b#0,a.b#2,a.b#4,a.b#6 m0:a.b#1,a.b#3,a.b#5,b#0 m10:B#0,B#2,B#4,a#1 m2:B#1,B#3,B#5
    roundrobin | a=-.-.- b=-.-.-.-.-.- a.b=-.-.-.- | m1/-/-/a,b,a.b | \
    m1:a#0,a#1,a#2,a.b#0,a.b#1,a.b#2,a.b#3,b#0,b#1,b#2,b#3,b#4,b#5
    roundrobin | a=-.- b=-.- | z-�/-/-/a,b m2/-/-/a z-😀/-/-/a,b m1/i4/-/a,b M/i2/-/a,b m0/i0/-/a,b m10/-/-/a,b \
    | M:a#1 m0:a#0 m1:b#0 m10:b#1 m2: z-😀: z-�:
    roundrobin | a=-.-.-.-.-.-.-.- b=-.-.-.-.-.- c=-.-.-.-.-.- B=-.-.-.-.-.- a.b=- | z-😀/-/-/a,b,c,B,a.b \
    m0/-/-/a,c,B,a.b m1/-/-/a,b,c,a.b z-�/-/-/a,b,c,B m2/-/-/b,c,B,a.b M/-/-/a,b,c,a.b m10/-/-/a,b,c,B,a.b | \
    M:a#4,b#2,c#2 m0:B#0,B#5,a#5,c#3 m1:a#0,a#6,b#3,c#4 m10:B#1,a#1,a#7,b#4,c#5 m2:B#2,a.b#0,b#5 \
    z-😀:B#3,a#2,b#0,c#0 z-�:B#4,a#3,b#1,c#1
    roundrobin | b=-.-.-.-.- c=-.-.-.-.- a.b=-.-.-.-.- | M/i3/-/b,c,a.b z-😀/i1/-/b,c,a.b m10/i6/-/b,c,a.b \
    m0/i4/-/b,c,a.b z-�/i2/-/b,c,a.b,unheard m2/i0/-/b,c,a.b m1/i5/-/b,c,a.b | M:a.b#3,c#0 m0:a.b#4,c#1 \
    m1:b#0,c#2 m10:b#1,c#3 m2:a.b#0,b#2,c#4 z-😀:a.b#1,b#3 z-�:a.b#2,b#4
    roundrobin | b= B= | m1/i3/-/b M/i1/-/b m0/i6/-/b,B m10/i4/-/b,B | M: m0: m1: m10:
    roundrobin | a=-.-.-.- b=- c=-.-.-.- B=-.-.-.- a.b=-.-.-.-.-.-.- | M/i3/-/b,c,B,a.b m0/i1/-/a,b,B,a.b \
    z-😀/i6/-/a,b,c,B m1/i4/-/c,B,a.b m10/i2/-/a,b,c,B m2/i0/-/a,c,B,a.b | M:B#3,a.b#0,a.b#4,c#1 \
    m0:B#1,a#2,a.b#3,b#0 m1:a.b#1,a.b#5,c#2 m10:B#2,a#3,c#0 m2:B#0,a#1,a.b#2,a.b#6 z-😀:a#0,c#3
    roundrobin | b=-.-.- c=-.-.-.-.-.-.-.- B=-.-.- a.b=-.-.- | m0/-/-/b,c,B,a.b m2/-/-/b,c,B,a.b \
    z-😀/-/-/b,c,B,a.b m10/-/-/b,c,B,a.b m1/-/-/b,c,B,a.b M/-/-/b,c,B,a.b z-�/-/-/b,c,B,a.b | M:B#0,b#1,c#5 \
    m0:B#1,b#2,c#6 m1:B#2,c#0,c#7 m10:a.b#0,c#1 m2:a.b#1,c#2 z-😀:a.b#2,c#3 z-�:b#0,c#4
    roundrobin | a=-.-.- b=-.-.- c=-.-.-.-.-.- B=-.-.- a.b=-.-.-.-.-.- | z-😀/-/-/a,b,c,B,a.b,unheard | \
    z-😀:B#0,B#1,B#2,a#0,a#1,a#2,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5,b#0,b#1,b#2,c#0,c#1,c#2,c#3,c#4,c#5
    roundrobin | a=-.-.-.-.-.- b=-.-.-.-.-.- c=-.-.-.-.-.- B=-.-.-.- | m10/i3/-/a,b,B m0/i1/-/c,B \
    m2/i6/-/a,b,c,B M/i4/-/a,b,c,B z-�/i2/-/a,b,c z-😀/i0/-/b,c,B | M:B#3,a#3,b#1,c#0,c#5 m0:B#1,c#3 \
    m10:B#2,a#2,b#0,b#5 m2:a#0,a#4,b#2,c#1 z-😀:B#0,b#3,c#2 z-�:a#1,a#5,b#4,c#4
    roundrobin | b=-.-.-.-.- B=-.-.-.-.- | z-😀/-/-/b,B | z-😀:B#0,B#1,B#2,B#3,B#4,b#0,b#1,b#2,b#3,b#4
    roundrobin | a=-.-.-.-.- b=-.-.-.- c=-.-.-.- a.b=-.-.-.- | z-�/-/-/a,c,a.b m2/-/-/a,b,a.b m1/-/-/b,c | \
    m1:b#0,b#2,c#1,c#3 m2:a#0,a#2,a#4,a.b#1,a.b#3,b#1,b#3 z-�:a#1,a#3,a.b#0,a.b#2,c#0,c#2
    roundrobin | a=-.-.-.-.-.-.- b=-.- c=-.-.-.-.-.-.- | m10/-/-/a,b,c m1/-/-/a,b,c | \
    m1:a#0,a#2,a#4,a#6,b#1,c#1,c#3,c#5 m10:a#1,a#3,a#5,b#0,c#0,c#2,c#4,c#6
    roundrobin | b= a.b= | m2/-/-/b,a.b z-😀/-/-/b,a.b m10/-/-/b,a.b M/-/-/b,a.b z-�/-/-/b,a.b m1/-/-/b,a.b \
    m0/-/-/b,a.b | M: m0: m1: m10: m2: z-😀: z-�:
    roundrobin | a=-.-.-.-.-.-.- B=-.-.-.-.- | z-😀/i3/-/a,unheard m2/i1/-/B m1/i6/-/B m10/i4/-/a,B | m1:B#2 \
    m10:B#1,B#4,a#1,a#3,a#5 m2:B#0,B#3 z-😀:a#0,a#2,a#4,a#6
    roundrobin | b=-.-.-.-.- c=-.-.-.-.-.- B=-.- a.b=-.- | m2/i3/-/c,B,a.b z-�/i1/-/b,B m1/i6/-/b,c \
    M/i4/-/c,B,a.b | M:a.b#0,c#1,c#4 m1:b#0,b#2,b#4,c#2,c#5 m2:B#1,a.b#1,c#0,c#3 z-�:B#0,b#1,b#3
    roundrobin | a=-.-.-.-.-.- b= c=-.-.-.-.-.- | z-�/-/-/a,b,c | \
    z-�:a#0,a#1,a#2,a#3,a#4,a#5,c#0,c#1,c#2,c#3,c#4,c#5
    roundrobin | a=-.-.- b=-.-.- c=-.-.- B=-.-.- a.b=-.-.- | m2/-/-/a,b,c,B,a.b m0/-/-/b,c,B,a.b \
    M/-/-/a,b,B,a.b z-😀/-/-/a,c,B,a.b z-�/-/-/a,b,c,B,a.b | M:B#0,a#2,b#1 m0:B#1,a.b#0,b#2 m2:B#2,a.b#1,c#0 \
    z-😀:a#0,a.b#2,c#1 z-�:a#1,b#0,c#2
    roundrobin | a=-.- c=-.- B=-.- | z-�/-/-/a,c,B m1/-/-/a,c,B | m1:B#0,a#0,c#0 z-�:B#1,a#1,c#1
    roundrobin | a= B= a.b=-.- | m0/-/-/a,B,a.b m2/i1/-/a,B,a.b | m0:a.b#1 m2:a.b#0
    roundrobin | a=-.-.-.- b=-.-.-.-.-.-.-.- c=-.-.-.-.-.-.-.- B=-.-.-.- a.b=-.-.-.- | m0/i3/-/a,c \
    m10/i1/-/a,c,B,a.b | m0:a#0,a#2,c#0,c#2,c#4,c#6 \
    m10:B#0,B#1,B#2,B#3,a#1,a#3,a.b#0,a.b#1,a.b#2,a.b#3,c#1,c#3,c#5,c#7
    roundrobin | a=-.- b=-.- c=-.-.-.-.-.-.-.- | z-😀/i3/-/a,b,c,unheard m1/i1/-/a,b,c z-�/i6/-/b,c | \
    m1:a#0,b#1,c#2,c#5 z-😀:a#1,c#0,c#3,c#6 z-�:b#0,c#1,c#4,c#7
    roundrobin | a=-.-.-.-.-.-.-.- b=-.-.-.-.-.- a.b=-.-.-.-.-.-.-.- | m1/i3/-/a,b,a.b | \
    m1:a#0,a#1,a#2,a#3,a#4,a#5,a#6,a#7,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5,a.b#6,a.b#7,b#0,b#1,b#2,b#3,b#4,b#5
    roundrobin | a=-.-.- b=-.-.- | z-�/-/-/a,b m2/-/-/a m10/-/-/a,b M/-/-/b m0/-/-/a,b z-😀/-/-/a,b m1/-/-/ | \
    M:b#2 m0:a#0 m1: m10:a#1 m2:a#2 z-😀:b#0 z-�:b#1
    roundrobin | a=-.-.- c=-.-.- a.b=-.-.- | m0/-/-/a,a.b m1/-/-/a,c,a.b M/-/-/a,c,a.b | M:a#0,a.b#0,c#0,c#2 \
    m0:a#1,a.b#1 m1:a#2,a.b#2,c#1
    roundrobin | a=-.-.-.- c=-.-.-.-.-.-.- B=- | z-😀/-/-/a,c,B m1/-/-/a,c,B | m1:B#0,a#1,a#3,c#1,c#3,c#5 \
    z-😀:a#0,a#2,c#0,c#2,c#4,c#6
    roundrobin | b=-.- a.b=-.- | m10/i3/-/b,a.b z-�/-/-/b,a.b m0/i6/-/b,a.b M/-/-/b,a.b z-😀/-/-/b | M:b#0 \
    m0:a.b#1 m10:a.b#0 z-😀:b#1 z-�:
    roundrobin | a= b=-.-.- B= | m0/-/-/b,B m1/-/-/a,b,B z-😀/-/-/a,B m10/-/-/a,b,B m2/-/-/a,b M/-/-/a,b \
    z-�/-/-/a,b,B | M:b#0 m0:b#1 m1:b#2 m10: m2: z-😀: z-�:
    roundrobin | a=-.-.-.-.-.-.- c=-.-.-.-.-.- B=-.-.-.- a.b=- | m1/i3/-/a,c,B,a.b m0/i1/-/a,c,B,a.b \
    M/i6/-/a,c,B,a.b z-�/i4/-/a,c,B,a.b m2/i2/-/a,c,B,a.b m10/i0/-/a,c,B,a.b z-😀/i5/-/a,c,B,a.b | M:a#2,c#1 \
    m0:B#1,a#4,c#3 m1:B#3,a#6,c#5 m10:B#0,a#3,c#2 m2:B#2,a#5,c#4 z-😀:a#1,c#0 z-�:a#0,a.b#0
    roundrobin | a=-.-.-.-.- b=-.-.-.-.- c=-.-.-.-.- B=-.- a.b=-.-.-.-.-.-.-.- | m0/-/-/a,c,B m10/-/-/a,b,B,a.b \
    m2/-/-/a,b,c,B,a.b z-�/-/-/a,b,B,a.b M/-/-/a,b,c,a.b z-😀/-/-/a,b,c,a.b m1/-/-/a,b,B,a.b | \
    M:a#4,a.b#5,b#3,c#2 m0:B#0,c#3 m1:B#1,a.b#0,a.b#6,b#4 m10:a#0,a.b#1,a.b#7 m2:a#1,a.b#2,b#0,c#0,c#4 \
    z-😀:a#2,a.b#3,b#1,c#1 z-�:a#3,a.b#4,b#2
    roundrobin | a= b= c=-.-.- | z-�/i3/-/a,b,c z-😀/-/-/c m2/i6/-/b | m2: z-😀:c#1 z-�:c#0,c#2
    roundrobin | a=-.-.-.- c= B=- a.b=- | m1/i3/-/a,c,B,a.b m2/i1/-/a,c,B,a.b m10/i6/-/a,c,B,a.b \
    M/i4/-/a,c,B,a.b | M:a#1 m1:a#0,a.b#0 m10:a#2 m2:B#0,a#3
    roundrobin | a=-.-.- b=-.-.-.- c=-.-.- B=-.-.- | m2/-/-/a,b,c,B M/-/-/a,b,c,B z-😀/-/-/b,c m0/-/-/a,b,c,B | \
    M:B#0,a#0,b#1,c#1 m0:B#1,a#1,b#2,c#2 m2:B#2,a#2,b#3 z-😀:b#0,c#0
    roundrobin | a=-.-.-.-.-.- b=-.-.-.-.-.- c=-.-.-.-.-.- B=-.-.-.-.-.- | z-�/-/-/a,b m1/-/-/a,b,B \
    m0/-/-/a,b,c,B z-😀/-/-/b,c m2/-/-/b,c,B m10/-/-/c,B | m0:B#0,B#4,a#1,a#4,b#3,c#1,c#5 \
    m1:B#1,B#5,a#2,a#5,b#4 m10:B#2,c#2 m2:B#3,b#0,b#5,c#3 z-😀:b#1,c#0,c#4 z-�:a#0,a#3,b#2
    roundrobin | a=-.-.-.-.-.- b=-.- B=-.- a.b= | M/i3/-/a,b,B,a.b | M:B#0,B#1,a#0,a#1,a#2,a#3,a#4,a#5,b#0,b#1
    roundrobin | a=-.- b=-.- a.b=-.- | m1/-/-/a,b,a.b M/-/-/b,a.b m2/i6/-/a z-😀/-/-/a,b,a.b m10/-/-/b \
    m0/i0/-/a,b z-�/-/-/a,b,a.b | M:a.b#0 m0:a#0 m1:a.b#1 m10:b#0 m2:a#1 z-😀:b#1 z-�:
    roundrobin | a=-.-.-.-.- b=-.-.-.-.- c=-.-.- B=-.-.-.-.- a.b=-.- | M/-/-/a,b,c,B,a.b m0/i1/-/a,b,B,a.b \
    z-😀/-/-/a,b,c,B,a.b m1/i4/-/a,c,B,a.b m10/-/-/a,c,B m2/-/-/b,c,B,a.b,unheard | M:B#2,a#3,b#1,c#1 \
    m0:B#0,a#1,b#0,b#4 m1:B#1,a#2,c#0 m10:B#3,a#4,c#2 m2:B#4,a.b#0,b#2 z-😀:a#0,a.b#1,b#3
    roundrobin | b=-.-.-.-.-.-.- c= B=-.-.-.- a.b=-.-.-.- | m0/-/-/b,c,B,a.b z-😀/-/-/b,c,B,a.b M/-/-/b,c,B,a.b \
    m1/-/-/b,c,B,a.b | M:B#0,a.b#0,b#0,b#4 m0:B#1,a.b#1,b#1,b#5 m1:B#2,a.b#2,b#2,b#6 z-😀:B#3,a.b#3,b#3
    roundrobin | b=-.-.- c=-.-.-.-.-.-.-.- B=-.-.-.-.- a.b=-.-.-.-.- | z-😀/-/-/b,B,a.b M/i1/-/b,B,a.b \
    m2/-/-/b,B m10/-/-/b,c,B,a.b | M:B#0,B#4,a.b#2,b#0 m10:B#1,a.b#0,a.b#3,b#1,c#0,c#1,c#2,c#3,c#4,c#5,c#6,c#7 \
    m2:B#2,b#2 z-😀:B#3,a.b#1,a.b#4
    roundrobin | a=-.-.-.-.- c=-.-.- a.b=-.-.-.-.- | m1/-/-/c,a.b m2/-/-/a,c,a.b m10/-/-/a,a.b M/-/-/a,c,a.b \
    z-😀/-/-/a,c,a.b z-�/-/-/a,a.b m0/-/-/a,c,a.b | M:a#0,a.b#1,c#2 m0:a#1,a.b#2 m1:a.b#3 m10:a#2,a.b#4 \
    m2:a#3,c#0 z-😀:a#4,c#1 z-�:a.b#0
    roundrobin | B=-.- | M/-/-/B | M:B#0,B#1
    roundrobin | a=-.-.-.-.-.- c=-.-.-.-.- a.b=-.-.-.-.-.-.- | m2/-/-/a,a.b m10/i1/-/a,a.b | \
    m10:a#0,a#2,a#4,a.b#0,a.b#2,a.b#4,a.b#6 m2:a#1,a#3,a#5,a.b#1,a.b#3,a.b#5
    roundrobin | a= c=-.-.- B= a.b= | m1/i3/-/a,B,a.b,unheard M/i1/-/c,B z-�/i6/-/a,B,a.b z-😀/i4/-/a,c,B \
    m0/i2/-/a,c | M:c#0 m0:c#1 m1: z-😀:c#2 z-�:
    roundrobin | a=-.-.-.- b= c= B= | m2/-/-/a,b,c,B M/i1/-/a,b,c,B m1/i6/-/a,b,c,B,unheard z-😀/i4/-/a,b,c,B \
    m0/i2/-/a,b,c,B z-�/i0/-/a,b,c,B | M:a#1 m0:a#2 m1: m2: z-😀:a#3 z-�:a#0
    roundrobin | a=- b=-.-.-.-.-.-.- c=-.-.-.-.-.-.- B=-.-.-.- a.b=-.-.-.-.-.-.-.- | m0/-/-/a,b,c \
    M/-/-/a,b,c,B,a.b,unheard | \
    M:B#0,B#1,B#2,B#3,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5,a.b#6,a.b#7,b#1,b#3,b#5,c#0,c#2,c#4,c#6 \
    m0:a#0,b#0,b#2,b#4,b#6,c#1,c#3,c#5
    roundrobin | b=-.-.-.-.-.-.- c= B= a.b=-.-.- | m0/-/-/b,B,a.b m2/-/-/c,B | \
    m0:a.b#0,a.b#1,a.b#2,b#0,b#1,b#2,b#3,b#4,b#5,b#6 m2:
    roundrobin | a=- b=- B=-.-.-.-.- a.b=- | m1/i3/-/a,b,B,a.b m0/-/-/a,b,B,a.b z-�/-/-/a,b,B,a.b,unheard \
    m2/-/-/a,b,B,a.b m10/i2/-/a,b,B,a.b M/-/-/a,b,B,a.b | M:B#2 m0:B#3 m1:B#1,b#0 m10:B#0,a.b#0 m2:B#4 z-�:a#0
    roundrobin | a=- c=- B=- a.b=-.- | M/i3/-/a,c,B,a.b,unheard z-😀/i1/-/a,B,a.b m10/i6/-/c,B,a.b \
    m1/i4/-/a,c,B,a.b z-�/i2/-/a,c,a.b,unheard m0/i0/-/c,B,a.b m2/i5/-/a,c,unheard | M:a.b#1 m0:B#0 m1:c#0 m10: \
    m2: z-😀:a#0 z-�:a.b#0
    roundrobin | a= b= c= a.b=-.-.-.- | m0/-/-/c,a.b | m0:a.b#0,a.b#1,a.b#2,a.b#3
    roundrobin | a=-.-.-.-.-.- c=-.-.-.-.-.- a.b=-.-.-.-.- | m2/i3/-/a,c,a.b z-�/i1/-/a,c,a.b m1/i6/-/a,c,a.b \
    m0/-/-/a,c,a.b M/-/-/a,c,a.b | M:a#3,a.b#2,c#2 m0:a#4,a.b#3,c#3 m1:a#2,a.b#1,c#1 m2:a#1,a.b#0,c#0,c#5 \
    z-�:a#0,a#5,a.b#4,c#4
    roundrobin | a=-.-.-.-.-.-.- c=-.-.-.-.- B=-.-.-.-.- a.b=-.-.-.- | m1/-/-/c,B,a.b M/-/-/a,a.b \
    m2/-/-/a,c,B,a.b z-😀/-/-/a,B,a.b m10/-/-/c,B,a.b m0/-/-/c,B | M:a#0,a#3,a#6 m0:B#0,c#0,c#4 \
    m1:B#1,a.b#0,c#1 m10:B#2,a.b#1,c#2 m2:B#3,a#1,a#4,a.b#2,c#3 z-😀:B#4,a#2,a#5,a.b#3
    roundrobin | a=-.-.-.- b=-.-.-.- c=-.-.-.- B=-.-.-.- a.b=-.-.- | m2/i3/-/a,b,c,B,a.b | \
    m2:B#0,B#1,B#2,B#3,a#0,a#1,a#2,a#3,a.b#0,a.b#1,a.b#2,b#0,b#1,b#2,b#3,c#0,c#1,c#2,c#3
    roundrobin | B=-.-.-.- a.b=-.-.-.- | m0/-/-/B,a.b z-😀/-/-/B,a.b m2/-/-/B,a.b m10/-/-/B,a.b \
    m1/i2/-/B,a.b,unheard z-�/-/-/B,a.b | m0:B#1,a.b#3 m1:B#0,a.b#2 m10:B#2 m2:B#3 z-😀:a.b#0 z-�:a.b#1
    sticky-data | 309 | a#0,a#1,c#0,B#0,a.b#0 | \
    00000004000161000000020000000000000001000142000000010000000000016300000001000000000003612e62000000010000000000000135
    cooperative-data | 309 | a#0,a#1,c#0,B#0,a.b#0 | 00000135
    sticky-data | 829 | a#0,b#0,b#1,b#2,c#0,a.b#0 | \
    0000000400016100000001000000000001620000000300000000000000010000000200016300000001000000000003612e6200000001000000000000033d
    cooperative-data | 829 | a#0,b#0,b#1,b#2,c#0,a.b#0 | 0000033d
    sticky-data | 128 | a#0,a#1,a#2,b#0,b#1,c#0,c#1,c#2,B#0,a.b#0 | \
    00000005000161000000030000000000000001000000020001420000000100000000000162000000020000000000000001000163000000030000000000000001000000020003612e62000000010000000000000080
    cooperative-data | 128 | a#0,a#1,a#2,b#0,b#1,c#0,c#1,c#2,B#0,a.b#0 | 00000080
    sticky-data | 99 | a#0,b#0,c#0,B#0,a.b#0,a.b#1 | \
    0000000500016100000001000000000001420000000100000000000162000000010000000000016300000001000000000003612e6200000002000000000000000100000063
    cooperative-data | 99 | a#0,b#0,c#0,B#0,a.b#0,a.b#1 | 00000063
    sticky-data | 835 | a#0,b#0,b#1,c#0,c#1,B#0,B#1,a.b#0,a.b#1 | \
    0000000500016100000001000000000001420000000200000000000000010001620000000200000000000000010001630000000200000000000000010003612e6200000002000000000000000100000343
    cooperative-data | 835 | a#0,b#0,b#1,c#0,c#1,B#0,B#1,a.b#0,a.b#1 | 00000343
    sticky-data | 322 | a#0,c#0,B#0,a.b#0 | \
    000000040001610000000100000000000142000000010000000000016300000001000000000003612e62000000010000000000000142
    cooperative-data | 322 | a#0,c#0,B#0,a.b#0 | 00000142
    sticky-data | 795 | a#0,b#0,b#1,b#2,c#0,B#0 | \
    00000004000161000000010000000000014200000001000000000001620000000300000000000000010000000200016300000001000000000000031b
    cooperative-data | 795 | a#0,b#0,b#1,b#2,c#0,B#0 | 0000031b
    sticky-data | 65 | a#0,b#0,b#1,b#2,c#0,c#1,B#0,a.b#0 | \
    0000000500016100000001000000000001420000000100000000000162000000030000000000000001000000020001630000000200000000000000010003612e62000000010000000000000041
    cooperative-data | 65 | a#0,b#0,b#1,b#2,c#0,c#1,B#0,a.b#0 | 00000041
    """
