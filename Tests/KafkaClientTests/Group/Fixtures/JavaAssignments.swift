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
    range | a=- c=-.-.-.-.- B=- | M/i3/-/a,c,B z-�/i1/-/a,c,B m2/i6/-/a,c,B | M:c#2,c#3 m2:c#4 \
    z-�:a#0,B#0,c#0,c#1
    range | c=-.-.-.- B=-.-.-.- | m0/i3/-/c,B m1/i1/-/c,B | m0:B#2,B#3,c#2,c#3 m1:B#0,B#1,c#0,c#1
    range | a=- b=- a.b=- | m0/-/-/b,unheard m2/-/-/a,b,a.b m10/-/-/a,b m1/-/-/a,b | m0:b#0 m1:a#0 m10: \
    m2:a.b#0
    range | b=- c=-.- a.b=-.-.-.-.-.- | m0/-/-/b,c,a.b m2/-/-/b,c,a.b z-😀/-/-/b,c,a.b | m0:b#0,c#0,a.b#0,a.b#1 \
    m2:c#1,a.b#2,a.b#3 z-😀:a.b#4,a.b#5
    range | b=-.-.- c=- | m1/i3/-/b,c m2/i1/-/c z-😀/i6/-/b M/i4/-/b m0/i2/-/b,c m10/i0/-/b,c z-�/i5/-/b,c | M: \
    m0:b#1 m1:b#2 m10:b#0,c#0 m2: z-😀: z-�:
    range | a=- B=- | M/i3/-/a,B m1/-/-/ | M:a#0,B#0 m1:
    range | c=- | m1/-/-/c m2/-/-/c m0/-/-/c m10/-/-/c z-😀/-/-/c M/-/-/c | M:c#0 m0: m1: m10: m2: z-😀:
    range | a=-.-.- b=-.-.-.-.-.- c=-.-.- a.b=- | z-😀/-/-/b,c m0/-/-/b,c m1/-/-/a,b,a.b,unheard M/-/-/b,c,a.b \
    m2/-/-/a,c,a.b | M:b#0,b#1,c#0,a.b#0 m0:b#2,b#3,c#1 m1:a#0,a#1,b#4 m2:a#2,c#2 z-😀:b#5
    range | c=-.-.-.- a.b=-.-.-.- | m1/i3/-/a.b m10/i1/-/unheard z-😀/i6/-/c,a.b z-�/i4/-/c,a.b m0/i2/-/c \
    M/i0/-/a.b m2/i5/-/a.b | M:a.b#0 m0:c#0,c#1 m1:a.b#1 m10: m2:a.b#3 z-😀:c#3 z-�:c#2,a.b#2
    range | b=-.-.-.-.- a.b=-.-.-.-.- | m2/i3/-/b,a.b z-😀/i1/-/b,a.b m1/i6/-/b,a.b m10/i4/-/b,a.b \
    z-�/i2/-/b,a.b | m1:b#4,a.b#4 m10:b#3,a.b#3 m2:b#2,a.b#2 z-😀:b#0,a.b#0 z-�:b#1,a.b#1
    range | b=xz.yz.z B=y.yz.y a.b=xy.xz.xz | m1/-/z/b,B,a.b | m1:B#0,B#1,B#2,a.b#0,a.b#1,a.b#2,b#0,b#1,b#2
    range | b=y.xy.z c=xy.y.- B=y.x.-.y.xy.yz.xy a.b=xy.z.y | m2/i3/-/c,B,a.b,unheard | \
    m2:B#0,B#1,B#2,B#3,B#4,B#5,B#6,c#0,c#1,c#2,a.b#0,a.b#1,a.b#2
    range | a=x.z.x.x.y.y b=y B= a.b= | m2/-/y/a,b,B,a.b m0/-/x/a,b,B,a.b m10/-/z/a,b,B,a.b z-😀/-/y/a,b,B,a.b \
    m1/-/y/a,b,B,a.b | m0:a#0,a#2,b#0 m1:a#4 m10:a#1 m2:a#5 z-😀:a#3
    range | b=y.xz.xz.x.-.y.- B=y | z-�/-/x/b,B m10/-/y/b,B,unheard m2/-/x/b,B m1/-/z/b,B z-😀/-/-/b,B,unheard \
    M/-/x/b,B m0/-/x/B | M:B#0,b#1,b#2 m0: m1:b#5 m10:b#0 m2:b#3 z-😀:b#4 z-�:b#6
    range | a=- b=x c=x B=y a.b=y.xz.x.xy.y.x | M/i3/y/a,b,c,B,a.b | \
    M:B#0,a#0,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5,b#0,c#0
    range | c=-.x B=z.x a.b=xy.z | m1/-/z/B,a.b | m1:B#0,B#1,a.b#0,a.b#1
    range | a= B=xz.y.-.z.z.y a.b=-.z.z | z-�/i3/-/a,B,a.b | z-�:B#0,B#1,B#2,B#3,B#4,B#5,a.b#0,a.b#1,a.b#2
    range | a= b=y.xz.y.x c=x.z.y.z B=-.y.y.xz | M/i3/y/a,b,c,B m1/i1/y/a,b,c m2/i6/x/a,b,B,unheard \
    z-�/i4/z/a,b,B m0/i2/-/a,b,c z-😀/i0/y/a,b,c m10/i5/x/a,b,c,B | M:B#1,c#3 m0:b#1,c#0 m1:b#2,c#1 m10:B#0,b#3 \
    m2:B#2 z-😀:b#0,c#2 z-�:B#3
    range | b=z.-.-.y.-.y B=x.y.-.yz.z.x a.b=yz.x.- | m10/-/-/b,B,a.b z-�/-/z/b,B,a.b z-😀/-/z/b,B,a.b \
    M/-/y/b,B,a.b m1/-/z/b,B,a.b m2/-/z/b,B,a.b m0/-/-/b,B,a.b | M:B#3,a.b#0,b#3 m0:B#0,a.b#1,b#0 m1:B#2,b#2 \
    m10:B#1,a.b#2,b#1 m2:B#4,b#4 z-😀:B#5,b#5 z-�:
    range | a=z.y.y.y.xz.y b=xy c=xy.x B=y.y a.b=y.x.-.y.x.xy.x.xy | z-�/i3/-/a,b,c,B,a.b m10/i1/x/a,b,c,B,a.b \
    z-😀/i6/x/a,b,c,B,a.b m2/i4/z/a,b,c,B,a.b M/i2/-/c,B,a.b m1/i0/y/a,b,c,B,a.b | M:B#1,a.b#2,c#1 \
    m1:B#0,a#1,a#2,a.b#0,a.b#3,b#0,c#0 m10:a#4,a.b#1,a.b#4 m2:a#3,a.b#7 z-😀:a#5,a.b#6 z-�:a#0,a.b#5
    range | a=z.- b=xz.xy c=-.x.xz.y.xz.x.-.xy a.b=xy.xy | z-😀/-/-/a,b,c,a.b,unheard m0/-/z/a,b,c,a.b | \
    m0:a#1,a.b#1,b#1,c#2,c#4,c#6,c#7 z-😀:a#0,a.b#0,b#0,c#0,c#1,c#3,c#5
    range | a= b= c= B= | m2/i3/y/c m1/i1/z/a,b,c,unheard m10/i6/z/a,b,c,B z-😀/i4/-/a,b,c m0/i2/x/a,b,c,B \
    M/i0/x/a,b,B z-�/i5/y/a,b,c,B,unheard | M: m0: m1: m10: m2: z-😀: z-�:
    range | a=y.y.xz.x.x b=z.yz.z.yz.x c=x.x.-.z.yz a.b=x.y.x.x.xy.x.-.yz | m0/i3/x/a,b,c,a.b | \
    m0:a#0,a#1,a#2,a#3,a#4,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5,a.b#6,a.b#7,b#0,b#1,b#2,b#3,b#4,c#0,c#1,c#2,c#3,c#4
    range | a=y b=z c=y.y.z.x.x.y B=y | m2/i3/z/b,c,B z-😀/i1/z/a,b,c,B z-�/i6/x/a,c | m2:c#1,c#5 \
    z-😀:B#0,a#0,b#0,c#0,c#2 z-�:c#3,c#4
    range | a= B= | z-😀/i3/y/a,B m0/i1/y/a,B | m0: z-😀:
    range | a=xy.x.x.y.- c=- a.b=y.y.y.x.xy | m2/i3/z/a,c,a.b z-😀/i1/-/a,c,a.b m0/i6/-/a,a.b m10/i4/z/a,c,a.b \
    | m0:a#4,a.b#4 m10:a#3,a.b#3 m2:a#2,a.b#2 z-😀:a#0,a#1,c#0,a.b#0,a.b#1
    range | a= c=x.y.z.z.y B= | z-�/i3/y/a,c,B m1/i1/x/a,c,B M/i6/-/a,c,B m10/i4/z/a,c,B m0/i2/z/a,c,B | M:c#4 \
    m0:c#2 m1:c#0 m10:c#3 z-�:c#1
    range | c=z.xy.y.xy.x B=x a.b=x.y.xy.yz.x | m2/-/z/a.b m0/-/x/B z-�/-/z/c,B z-😀/-/z/c,B,a.b M/-/x/c,B,a.b \
    m10/-/z/B,a.b m1/-/y/c,B,a.b,unheard | M:B#0,a.b#0,c#1,c#3 m0: m1:a.b#1,c#2 m10:a.b#3 m2:a.b#2 \
    z-😀:a.b#4,c#0 z-�:c#4
    range | a=xz c=y.y B=y.x a.b=-.y | m1/i3/-/a,c,B,a.b | m1:a#0,B#0,B#1,c#0,c#1,a.b#0,a.b#1
    range | b=xy c=y B=xz.y.-.z a.b=y.- | M/-/x/b,B,a.b m2/-/z/B | M:B#0,B#1,a.b#0,a.b#1,b#0 m2:B#2,B#3
    range | b= c= a.b= | m2/i3/y/b,c,a.b z-😀/i1/y/b,c,a.b z-�/-/z/b,c,a.b m0/-/-/b,c,a.b m1/i2/y/b,c,a.b \
    m10/i0/z/b,c,a.b | m0: m1: m10: m2: z-😀: z-�:
    range | b=- c=x B=y a.b=xy.x.z.x.x.x.- | m0/-/x/b,c,B z-�/-/x/b,c,a.b | m0:B#0,b#0,c#0 \
    z-�:a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5,a.b#6
    range | b=y.y.y c=y.x.y B=y.y.y a.b=x.y.-.-.x | m10/i3/x/b,c,B,a.b | \
    m10:B#0,B#1,B#2,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,b#0,b#1,b#2,c#0,c#1,c#2
    range | a=x c=xz.xz.xy.z.z.y a.b=z.y.y.xy.xy.z.x | m1/-/z/a,a.b z-�/-/y/a,a.b m10/-/y/a,c M/-/x/a,c,a.b \
    m0/-/z/a,c,a.b m2/-/z/a,c,a.b | M:a#0,a.b#3,a.b#4,c#0,c#1 m0:a.b#0,a.b#5,c#3,c#4 m1:a.b#2 m10:c#2 \
    m2:a.b#6,c#5 z-�:a.b#1
    range | a=y.xy b=z.z c= B=z.x.y.-.x.z a.b=y.y | m1/-/x/a,b,c,B,a.b z-😀/-/-/a,b,c,B,a.b m10/-/z/a,b,c,B,a.b \
    z-�/i4/y/a,b,c,B,a.b | m1:B#1,B#4 m10:B#0,B#5 z-😀:B#3,a#0,a.b#0,b#0 z-�:B#2,a#1,a.b#1,b#1
    range | a=xy.z.y.y.y.x b=y.z B=z.-.xy.xy.x.x | M/-/z/a,b,B m1/-/y/b,B,unheard m10/-/-/b,B | \
    M:B#0,B#5,a#0,a#1,a#2,a#3,a#4,a#5,b#1 m1:B#2,B#3,b#0 m10:B#1,B#4
    range | b=-.x.x.xy.y.xy c=y.xz.xy.y.y.y B=x.-.-.x.xy.x | z-�/i3/z/b,c,B m0/i1/y/b,c,B | \
    m0:B#0,B#1,B#4,b#0,b#1,b#4,c#0,c#1,c#4 z-�:B#2,B#3,B#5,b#2,b#3,b#5,c#2,c#3,c#5
    range | a=z.y.xy c=xy.y.- B=xy.x.- a.b=xy.y.z.y.yz.y.x.y | m0/i3/y/c,B,a.b | \
    m0:B#0,B#1,B#2,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5,a.b#6,a.b#7,c#0,c#1,c#2
    range | c=-.y.x.z.z.z.xy | M/-/-/c z-😀/-/z/c | M:c#0,c#1,c#2,c#3 z-😀:c#4,c#5,c#6
    range | a=x.x.y.y.- b=z.x.x.xy.xy B=y.x.-.xy.y | z-😀/-/y/a,b,B z-�/-/z/a,b,B,unheard m1/-/z/a,b,B \
    m2/-/y/a,B | m1:B#0,B#1,a#0,a#1,b#0,b#1 m2:B#3,a#3 z-😀:B#2,a#2,b#3,b#4 z-�:B#4,a#4,b#2
    range | a=y.z b=x.y.y.x c=x.y.y.xz B=y.yz.y.x a.b=y.z.y | z-�/i3/-/a,b,c,B,a.b z-😀/i1/z/a,b,c,B,a.b \
    m2/i6/y/a,b,c,B,a.b M/i4/z/a,b,c,B,a.b | M:B#3,b#3,c#3 m2:B#1,a.b#2,b#1,c#1 z-😀:B#2,a#1,a.b#1,b#2,c#2 \
    z-�:B#0,a#0,a.b#0,b#0,c#0
    range | b=y.y.y.x c= B=-.z.yz.x.x.y | z-�/i3/x/b,c,B M/i1/-/b m1/i6/x/b,B m10/i4/z/b,B m0/i2/-/c,B | M:b#0 \
    m0:B#0,B#1 m1:B#5,b#2 m10:B#2,b#1 z-�:B#3,B#4,b#3
    range | c=x.xy.y | m1/i3/y/c m2/i1/z/c z-�/i6/z/c | m1:c#1 m2:c#0 z-�:c#2
    range | a=z.y.yz.x.y.z.xz.xz b=- B=z a.b=- | z-😀/-/x/b,B z-�/-/y/a,B,a.b m2/-/y/a,B,a.b m1/-/z/a,b,a.b \
    M/-/-/a,B,a.b m10/-/y/a,B,a.b | M:B#0,a#0,a#1,a.b#0 m1:a#2,a#5,b#0 m10:a#3,a#4 m2:a#6 z-😀: z-�:a#7
    range | a=x.z.x.-.x b=xy.x.x.-.x B=x.xy.y.xy.y a.b=yz.xy.y.y.y | z-�/i3/x/a,b,B,a.b | \
    z-�:B#0,B#1,B#2,B#3,B#4,a#0,a#1,a#2,a#3,a#4,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,b#0,b#1,b#2,b#3,b#4
    range | c= B= a.b= | m0/i3/-/c,B,a.b m2/i1/z/B,a.b,unheard | m0: m2:
    range | b= c= a.b= | m0/-/x/b,c,a.b M/-/x/b,c,a.b m10/i6/z/b,c,a.b z-😀/i4/y/b,c,a.b m2/-/y/b,c,a.b | M: \
    m0: m10: m2: z-😀:
    range | a=x.x.- b=xy.xy.y.z.yz.xy B=-.z.x | m0/i3/z/b,B,unheard m2/i1/x/b,B m1/i6/x/a,b,B M/i4/x/a,b,B | \
    M:B#0,a#0,a#1,b#5 m0:B#1,b#3,b#4 m1:a#2,b#2 m2:B#2,b#0,b#1
    range | b=x c=x | z-�/-/-/b,c M/-/z/b,c z-😀/-/x/b,c m1/-/z/b,c m10/-/y/b,c m2/-/z/b,c m0/-/z/b,c | \
    M:b#0,c#0 m0: m1: m10: m2: z-😀: z-�:
    range | b=z.xy.xz.xy.y.x B=xy a.b=y.-.z.yz.x.x.x.y | M/-/x/b,B,a.b z-�/-/x/b,B,a.b,unheard z-😀/-/-/b,B,a.b \
    m0/-/x/B,a.b m10/-/x/b,a.b m2/-/y/b,B,a.b | M:B#0,a.b#4,a.b#5,b#1,b#2 m0:a.b#6 m10:a.b#2,b#3 \
    m2:a.b#0,a.b#3,b#4 z-😀:a.b#1,b#0 z-�:a.b#7,b#5
    range | a=yz.x.yz.x.z.yz b=xz.y.y.- a.b=y | M/-/-/a,b,a.b m2/-/x/a,b,a.b z-😀/-/x/a,b,a.b | \
    M:a#0,a#1,a.b#0,b#0,b#1 m2:a#2,a#3,b#2 z-😀:a#4,a#5,b#3
    range | a=x.x.x b=z.z.y c=xz.x.y B=xy.x.xy a.b=x.xy.x.x.x.y | m0/-/x/b,c,B m1/-/z/a,c,a.b,unheard \
    M/-/-/a,c,B,a.b m2/-/z/b,a.b z-�/-/x/b,c,B m10/-/-/a,c,B,a.b z-😀/-/y/a,B,a.b | M:B#0,a#0,a.b#0,a.b#1,c#0 \
    m0:B#1,b#1,c#1 m1:a#1,a.b#3 m10:B#2,a#2,a.b#2,c#2 m2:a.b#4,b#0 z-😀:a.b#5 z-�:b#2
    range | b=yz c=xy a.b=y | M/i3/y/b,c,a.b z-�/-/-/b,c,a.b m2/-/-/b,c,a.b m1/-/y/b,c,a.b z-😀/i2/x/b,c,a.b \
    m10/i0/y/b,c,a.b | M: m1: m10:b#0,c#0,a.b#0 m2: z-😀: z-�:
    range | a=y.z b=xy.y.xz.y.x.x c=y.z.xy.y.xy.xz B=x.xz a.b=y.yz.yz.yz.x.y | m0/i3/z/a,b,c,B,a.b \
    m1/i1/y/a,c,B z-�/i6/-/c,B,a.b | m0:B#1,a#1,a.b#1,a.b#2,a.b#3,b#0,b#1,b#2,b#3,b#4,b#5,c#1,c#5 \
    m1:a#0,c#0,c#2 z-�:B#0,a.b#0,a.b#4,a.b#5,c#3,c#4
    range | a=y b=- c=x B=y.xz.y.y.y.x.yz.z a.b=x.x.x.y | M/-/y/a,b,c,B,a.b z-�/-/y/a,b,c,B,a.b \
    m2/-/z/a,b,c,B,a.b m1/i4/x/a,b,c,B,a.b | M:B#0,B#2,a.b#3 m1:B#1,B#5,a#0,a.b#0,b#0,c#0 m2:B#6,B#7,a.b#1 \
    z-�:B#3,B#4,a.b#2
    range | c=yz.x.y.z.z.x | m2/-/y/c z-�/-/z/c m10/-/x/c m1/-/-/c M/-/-/c z-😀/-/y/c | M:c#0 m1:c#1 m10:c#5 \
    m2:c#2 z-😀:c#4 z-�:c#3
    range | a=yz.x.y b=y.xz.x c=y.y.z B=xz.xy.y a.b=xy.yz.z | m1/-/y/a,b,c,B,a.b z-😀/-/x/a,b,c,B,a.b \
    m10/-/z/a,b,c,B,a.b | m1:B#0,a#0,a.b#0,b#0,c#0 m10:B#1,a#1,a.b#1,b#1,c#1 z-😀:B#2,a#2,a.b#2,b#2,c#2
    range | a=x.y.x.x.xz b=x.-.x c=x.z.xy a.b=z.x.z | M/-/z/a,b,c,a.b z-�/-/y/b,c | \
    M:a#0,a#1,a#2,a#3,a#4,a.b#0,a.b#1,a.b#2,b#0,b#1,c#0,c#1 z-�:b#2,c#2
    range | a=x b=xy.xz.x.yz c=x.x.y.x B=-.x.yz.y.x.xy a.b=y.xy.z.yz | z-�/i3/x/a,b,c,B,a.b \
    m10/i1/y/a,b,c,B,a.b,unheard m1/i6/z/a,b,c,B,a.b m0/i4/z/a,b,c,B,a.b | m0:B#0,a.b#2,b#2,c#2 \
    m1:B#5,a.b#3,b#3,c#3 m10:B#2,B#3,a#0,a.b#0,b#0,c#0 z-�:B#1,B#4,a.b#1,b#1,c#1
    range | c=x a.b= | m2/-/z/c,a.b m0/-/z/c,a.b z-�/-/x/c m1/-/y/a.b M/-/z/c,a.b,unheard m10/-/-/c,a.b \
    z-😀/-/y/c,a.b | M:c#0 m0: m1: m10: m2: z-😀: z-�:
    range | b=z.y.xz.-.x B=x.y.xy.y.y a.b=y.yz.xz.z | m1/-/z/b,B,a.b M/-/-/b,B,a.b,unheard m0/i6/x/b,B,a.b \
    z-�/i4/y/b,B,a.b m10/i2/z/b,B,a.b m2/-/z/b,B,a.b | M:B#0,a.b#3,b#0 m0:B#2,a.b#2,b#2 m1:B#4,b#4 \
    m10:B#3,a.b#1,b#3 m2: z-�:B#1,a.b#0,b#1
    range | a= b= c= | m10/i3/-/a,b z-😀/-/-/a,b,c,unheard | m10: z-😀:
    range | a= b= | z-😀/i3/z/a,b z-�/i1/z/a,b | z-😀: z-�:
    range | a=x.x.x.y.xy.y b=y.y a.b=x.y | z-😀/-/z/b,a.b m2/-/y/a,b,a.b z-�/i6/z/b,a.b | \
    m2:a#0,a#1,a#2,a#3,a#4,a#5,a.b#1,b#1 z-😀: z-�:a.b#0,b#0
    range | a=y.y.y.y.y b=x.x.x.y.x c=x.xy.y.x.z B=z.xy.xz.y.y a.b=yz.y.yz.x.x | M/i3/y/a,b,c,B,a.b \
    z-😀/i1/x/a,b,c,B,a.b | M:B#3,B#4,a#3,a#4,a.b#3,a.b#4,b#3,b#4,c#3,c#4 \
    z-😀:B#0,B#1,B#2,a#0,a#1,a#2,a.b#0,a.b#1,a.b#2,b#0,b#1,b#2,c#0,c#1,c#2
    range | a=y.y.xy.z.x c=y.xy.xy.-.z B=xz a.b=x.y.-.-.- | z-😀/i3/x/a,c,B,a.b z-�/i1/-/a,c,B,a.b | \
    z-😀:a#3,a#4,a.b#3,a.b#4,c#3,c#4 z-�:B#0,a#0,a#1,a#2,a.b#0,a.b#1,a.b#2,c#0,c#1,c#2
    range | a=y.x.y.yz b=z.y.y.y.y.xy B= | m0/i3/-/a,b,B | m0:a#0,a#1,a#2,a#3,b#0,b#1,b#2,b#3,b#4,b#5
    range | a=xy.x b=-.y c=z.y | M/-/-/a,b,c m10/i1/y/a,b,c,unheard z-�/-/y/a,b,c | M:a#0,b#0,c#0 \
    m10:a#1,b#1,c#1 z-�:
    range | a= B=y.x.xz.xy.x.z.y.xy | M/-/y/a,B | M:B#0,B#1,B#2,B#3,B#4,B#5,B#6,B#7
    range | b=y.-.-.y.x.z c=x.-.z.x B=y | M/-/z/b,B m0/-/z/b,c,B | M:B#0,b#0,b#1,b#5 \
    m0:b#2,b#3,b#4,c#0,c#1,c#2,c#3
    range | a= c=x.xy.y.x.yz.y B=y.z.x.x.x.x a.b=y.z.y.xz.x.y | z-😀/i3/x/a,c,B,a.b m2/i1/-/a,c,B,a.b,unheard | \
    m2:B#0,B#1,B#2,a.b#0,a.b#1,a.b#2,c#0,c#1,c#2 z-😀:B#3,B#4,B#5,a.b#3,a.b#4,a.b#5,c#3,c#4,c#5
    range | b=y.-.yz.x.y c=y.xz.xy.z.- a.b=z.y.xz.xz.x | M/i3/x/b,a.b m2/i1/y/b | \
    M:a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,b#1,b#3 m2:b#0,b#2,b#4
    range | a=x.x.y b=z.y.y.xy.y.yz.y c=x.y.y B=x.xy.y a.b=x.xy.- | m1/-/y/a,b,c,B,a.b m2/-/x/a,b,c,B,a.b \
    z-😀/-/x/a,b,c,B,a.b | m1:B#1,a#1,a.b#1,b#1,b#2,b#3,c#1 m2:B#0,a#0,a.b#0,b#0,b#4,c#0 \
    z-😀:B#2,a#2,a.b#2,b#5,b#6,c#2
    range | a=-.y b=y.x c=y.y | m2/i3/x/a,c m10/i1/x/a,b z-😀/i6/x/a z-�/i4/x/b,c,unheard m0/i2/x/a,b \
    M/i0/-/b,c | M:b#0,c#0 m0:a#1 m10:a#0,b#1 m2:c#1 z-😀: z-�:
    range | a=z.x.y.x.x a.b=x | m2/-/z/a,a.b | m2:a#0,a#1,a#2,a#3,a#4,a.b#0
    range | a=y.y.xy.x b=y.x.-.x c=y.z.z B=-.-.x.z.xz.xy.x | z-�/-/y/a,b,c,B m10/-/y/a,b,c,B m2/-/z/c,B \
    M/-/x/a,c,B z-😀/-/y/a,c,B m0/-/y/a,b,c,B m1/-/y/a,b,c,B | M:B#2,a#2,c#2 m0:B#5,a#0,b#0,c#0 m1:B#0,a#1,b#1 \
    m10:B#1,a#3,b#2 m2:B#3,c#1 z-😀:B#4 z-�:B#6,b#3
    range | a=z c=xy.-.yz.z.x a.b=xz.y | z-😀/-/y/a,c,a.b m1/-/y/a,c,a.b M/-/x/a,c,a.b m10/-/x/a,c,a.b | \
    M:a#0,a.b#0,c#0,c#4 m1:a.b#1,c#2 m10:c#1 z-😀:c#3
    range | b=-.x.x.xy.- c=x.-.xz.z.y a.b=y.x.x.y.x | m1/i3/z/a.b m2/i1/z/b,c z-😀/-/x/b,c,a.b m10/-/x/b,c,a.b \
    m0/-/-/b,c,a.b M/i0/x/c,a.b | M:a.b#1,c#0 m0:a.b#0,b#0,b#1,c#1 m1:a.b#3 m10:a.b#2,b#2,c#3 m2:b#4,c#2 \
    z-😀:a.b#4,b#3,c#4
    range | a=y.yz b= c= B= a.b=xy.xz.x.-.x.z | M/i3/y/a,b,c,B,a.b m1/i1/x/a,b,c,B,a.b m0/i6/z/a,b,c,B,a.b \
    m2/i4/y/a,b,c,B,a.b m10/i2/x/a,b,c,B,a.b | M:a#0,a.b#3 m0:a.b#5 m1:a.b#0,a.b#1 m10:a.b#2 m2:a#1,a.b#4
    range | a=y.y.x.z b=x.z.z.x B=xy.y.xy.x a.b=y.y.x.- | M/i3/x/a,B,a.b m0/i1/z/a,b,B,a.b \
    m10/i6/-/b,B,a.b,unheard z-�/i4/z/b,B m1/i2/z/a,b,B | M:B#0,a#2,a.b#2 m0:B#2,a#0,a#3,a.b#3,b#1 \
    m1:B#3,a#1,b#2 m10:B#1,a.b#0,a.b#1,b#0 z-�:b#3
    range | a=x.xy b=y.x c=xy.-.x.x.xy.x.xy a.b=z.x | M/i3/x/a,b,c,a.b z-�/-/y/a,b,c,a.b m2/-/z/a,b,c,a.b \
    m0/-/-/a,b,c,a.b m1/i2/y/a,b,c,a.b z-😀/-/y/a,b,c,a.b m10/-/y/a,b,c,a.b | M:a#1,a.b#1,b#1,c#2 \
    m0:a#0,a.b#0,b#0,c#1 m1:c#0 m10:c#4 m2:c#3 z-😀:c#6 z-�:c#5
    range | a=x.x.z.yz.y.x.y b=y | z-�/i3/y/a,b m0/-/-/b z-😀/-/x/a | m0: z-😀:a#0,a#1,a#5 \
    z-�:a#2,a#3,a#4,a#6,b#0
    range | c=x a.b=z.xy | m1/i3/y/c,a.b | m1:a.b#0,a.b#1,c#0
    range | a=yz.xy.x.z.xy c=-.z.xz.x.z B=z.x.yz.xz.z a.b=y.x.x.z.- | m0/i3/y/a,B,a.b | \
    m0:B#0,B#1,B#2,B#3,B#4,a#0,a#1,a#2,a#3,a#4,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4
    range | a=x.z.z.xy.x.z.y c=z.y.x.xy.xy.y B= a.b=xz.y.y.yz.xz.y | z-😀/-/x/a,c,B,a.b,unheard \
    m2/-/z/a,c,B,a.b m10/-/x/a,c,B,a.b m1/-/y/a,c,B,a.b z-�/-/x/a,c,B,a.b | m1:a#3,a#6,a.b#1,a.b#3,c#1,c#3 \
    m10:a#0,a#4,a.b#4,c#4 m2:a#1,a.b#0,c#0 z-😀:a#2,a.b#2,c#2 z-�:a#5,a.b#5,c#5
    range | a=x.x.y b=-.y.- c=z.z.y B=-.xz.xz.xz.yz.xy | z-�/-/-/a,b,c m0/-/z/a,b,c,B m10/-/x/a,b m1/-/-/b,c \
    M/-/z/a,b,c,B z-😀/-/x/a,b,c,B | M:B#1,B#2,b#0,c#0 m0:B#3,B#4,b#1,c#1 m1:b#2,c#2 m10:a#0 z-😀:B#0,B#5,a#1 \
    z-�:a#2
    range | a=-.-.xz.y c=z.xy.xz.yz B=x.xy.x a.b=x.z.y.z.x | m10/i3/-/a,c,B,a.b z-�/i1/z/a,c,B,a.b \
    M/i6/z/a,c,B,a.b m2/i4/y/a,c,B,a.b,unheard | M:a#1,a.b#4,c#1 m10:B#0,a#0,a.b#0,c#0 m2:B#1,a#3,a.b#2,c#3 \
    z-�:B#2,a#2,a.b#1,a.b#3,c#2
    range | a=x.z.z.z.z b=z.xy.x.y | m2/-/x/a,b | m2:a#0,a#1,a#2,a#3,a#4,b#0,b#1,b#2,b#3
    range | a= b= c=-.x.-.xz.xz.xz.xy B=x.y.x.xz a.b= | z-�/-/z/a,b,c,B,a.b M/i1/x/a,b,c,B,a.b \
    m2/-/-/a,b,c,B,a.b m10/-/y/a,b,c,B,a.b m1/i2/x/a,b,c,B,a.b,unheard | M:B#0,c#1,c#3 m1:B#2,c#4,c#5 \
    m10:B#1,c#6 m2:B#3,c#0 z-�:c#2
    range | a= c= B= a.b= | M/-/-/c,a.b,unheard m1/-/x/c,a.b m2/-/x/B z-😀/-/-/ | M: m1: m2: z-😀:
    range | a=y b=-.-.x.xy c=y.-.yz.y B=yz.xy.x.xz | m1/-/y/a,b,c,B m0/i1/-/a,b,c,B m10/-/-/a,b,c,B \
    z-�/-/z/a,b,c,B | m0:B#0,a#0,b#0,c#0 m1:B#2,b#2,c#2 m10:B#1,b#1,c#1 z-�:B#3,b#3,c#3
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
    range | a=x.x.x.x.-.x B=y.y.z.y.x.y | m0/i3/z/a,B z-😀/-/x/a,B m10/i6/y/a,B m2/-/y/a,B z-�/-/y/a,B | \
    m0:B#0,B#1,a#0,a#1 m10:B#2,a#2 m2:B#3,a#3 z-😀:B#4,a#4 z-�:B#5,a#5
    range | a=xy.z.-.xy b=xy.xy c=-.yz a.b=x.yz.xy.xy.z.- | z-�/-/y/a,b,c,a.b m0/-/z/a,b,c m1/-/y/a,b,unheard \
    m2/-/z/a,b,c,a.b m10/-/z/a,b,unheard | m0:a#1,b#0,c#1 m1:a#0,b#1 m10:a#2 m2:a.b#0,a.b#1,a.b#4,c#0 \
    z-�:a#3,a.b#2,a.b#3,a.b#5
    range | a.b=x.y.y.- | m10/-/x/a.b z-😀/-/x/a.b | m10:a.b#0,a.b#1 z-😀:a.b#2,a.b#3
    range | a=y b=x B=y | z-�/i3/z/a m1/i1/y/B,unheard z-😀/i6/z/a,b,B m10/i4/x/a,b,B | m1:B#0 m10:b#0 z-😀: \
    z-�:a#0
    range | a=xy.y.x.y.z.z.y.x c=-.z.xy.x.yz.z B=x.xy.-.x.xy.yz a.b=y.xy.xy.xy.y.xy | M/-/-/a,c,B,a.b \
    m1/-/y/a,c,B,a.b z-😀/-/-/a,c,B,a.b m0/-/x/a,c,B,a.b | M:B#0,B#1,a#0,a#1,a.b#0,a.b#1,c#0,c#1 \
    m0:B#3,a#2,a#7,a.b#3,c#3 m1:B#4,a#3,a#6,a.b#4,c#4 z-😀:B#2,B#5,a#4,a#5,a.b#2,a.b#5,c#2,c#5
    range | a=y.x c=xy.x a.b=y.y | m10/i3/-/a,c,a.b z-�/i1/x/a,c z-😀/i6/x/a,c,a.b | m10:a#0,a.b#0,c#0 \
    z-😀:a.b#1 z-�:a#1,c#1
    range | a=y.z.x b=xy c=y.x B=xy.z.z a.b=-.y.z | m1/-/y/a,b,c,B,a.b M/-/-/a,b,c,B,a.b z-😀/-/x/a,b,c,B,a.b \
    m10/-/x/a,b,c,B,a.b m0/-/z/a,b,c,B,a.b z-�/-/z/a,b,c,B,a.b | M:B#0,a#0,a.b#0,b#0,c#0 m0:B#1,a#1,a.b#1 \
    m1:B#2,a#2,a.b#2 m10:c#1 z-😀: z-�:
    range | a=z b=x.y.yz.-.y.y c=z.x.xy.- a.b=x.y.yz.xz | m2/i3/x/c z-�/i1/y/b,a.b z-😀/i6/z/a,b,c,a.b \
    m0/i4/y/a.b m1/i2/y/c,unheard M/i0/-/a,b,c,a.b m10/i5/z/b,c,a.b | M:a#0,a.b#0,b#0,b#1,c#0 m0:a.b#2 m1:c#2 \
    m10:a.b#3,b#3,c#3 m2:c#1 z-😀:b#5 z-�:a.b#1,b#2,b#4
    range | c=z.z.x.y.-.y.y.z B= a.b= | m1/i3/x/c,B,a.b z-�/i1/-/c,B,a.b M/i6/z/c,B,a.b m10/i4/y/c,B,a.b \
    m2/i2/z/c,B,a.b m0/i0/y/c,B,a.b z-😀/i5/-/c,B,a.b | M:c#7 m0:c#3,c#5 m1:c#2 m10:c#6 m2:c#1 z-😀:c#4 z-�:c#0
    range | a= c=x.x.z.x B=y.xz | m1/-/x/a,B | m1:B#0,B#1
    range | a=xz b=z a.b=- | m0/-/y/a,b,a.b | m0:a#0,b#0,a.b#0
    range | b=-.xz.y.z.y c=z.y.-.xz.x.y B=y.-.yz.z.y a.b=x.xz.-.-.y.z | z-😀/-/x/b,B,a.b m10/-/z/b,c,B \
    m2/-/x/b,c,B,a.b | m10:B#0,B#3,b#0,b#3,c#0,c#1,c#3 m2:B#1,B#2,a.b#0,a.b#1,a.b#2,b#1,b#2,c#2,c#4,c#5 \
    z-😀:B#4,a.b#3,a.b#4,a.b#5,b#4
    range | b=x.y.x c=x.xy.z.z.x.z.x | m1/i3/z/b,c M/-/x/b,c m2/i6/x/b,c m0/-/x/b,c m10/i2/z/b,c,unheard \
    z-�/i0/z/b,c z-😀/i5/x/b,c | M:c#4 m0:c#6 m1:c#5 m10:c#3 m2:b#2,c#1 z-😀:b#0,c#0 z-�:b#1,c#2
    range | a=y.x B=x.y | m2/i3/z/a M/-/z/a,B z-�/i6/z/B m10/-/x/a z-😀/i2/z/a m1/i0/-/a,B | M: m1:B#0,a#0 \
    m10:a#1 m2: z-😀: z-�:B#1
    range | b=yz.xy.-.-.x c=y.x.z.y.yz.y | m10/i3/y/b,c,unheard z-�/i1/y/b,c z-😀/i6/-/b,c | m10:b#4,c#4,c#5 \
    z-😀:b#2,b#3,c#1,c#2 z-�:b#0,b#1,c#0,c#3
    range | a.b=x.xz.z.x.xy.xz.y | m1/-/x/a.b | m1:a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5,a.b#6
    range | a=x.xy.x b=-.x c=z.x.x.x B=x.x.-.x a.b=xz.-.z.x | m10/i3/y/a,b,c,B,a.b z-😀/-/y/a,b,c,B,a.b \
    m2/i6/x/a,b,c,B,a.b m1/i4/x/a,b,c,B,a.b M/i2/z/a,b,c,B,a.b z-�/i0/y/a,b,c,B,a.b | M:B#1,a.b#1,c#1 \
    m1:B#3,a#0,a.b#3,b#1,c#3 m10:B#2,a.b#2,c#2 m2:a#2 z-😀: z-�:B#0,a#1,a.b#0,b#0,c#0
    range | b=x.z.xy.y B=y.z.xz.x a.b= | M/-/x/b,B m0/-/-/b,B m1/-/y/b,a.b m2/-/y/b,a.b z-😀/-/-/B \
    m10/-/-/b,B,a.b | M:B#2,b#0 m0:B#0,b#1 m1:b#2 m10:B#1,b#3 m2: z-😀:B#3
    range | a=x.x.xy c=-.y.y a.b=yz.x.y | m1/i3/x/a,c,a.b m10/-/-/a,c,a.b z-�/-/z/a,c,a.b M/-/-/a,c,a.b \
    m2/-/z/a,c,a.b | M:a#0,a.b#0,c#0 m1:a#2,a.b#2,c#2 m10:a#1,a.b#1,c#1 m2: z-�:
    range | a=xy.y b=x.y c=z.xz a.b=y.y.z.x | z-�/i3/-/a,b m0/-/x/b,c,a.b | \
    m0:a.b#0,a.b#1,a.b#2,a.b#3,b#1,c#0,c#1 z-�:a#0,a#1,b#0
    range | c=x.y.y.y.y B=xz.xz.x.xz.- a.b=-.xy.z.y.yz | m1/i3/x/c,B,a.b m10/i1/-/c,B,a.b M/-/-/c,B,a.b \
    m0/i4/-/c,B,a.b m2/-/y/c,B,a.b z-�/-/y/c,B,a.b | M:B#2,a.b#2,c#2 m0:B#1,a.b#1,c#1 m1:B#3,a.b#3,c#3 \
    m10:B#0,a.b#0,c#0 m2:B#4,a.b#4,c#4 z-�:
    range | a=x.xz.xy.y.yz.y.x.xy b=y.y.y.y c=y B=x.x.x.x a.b=xy | m10/i3/x/a,b,c m0/-/y/a,b,B,a.b \
    z-😀/i6/z/a,b,c,a.b | m0:B#0,B#1,B#2,B#3,a#3,a#5,a#7,b#3 m10:a#0,a#1,a#2,b#0,b#1,c#0 z-😀:a#4,a#6,a.b#0,b#2
    range | a=yz.x.y.x.xy.xy.- c= B= a.b= | M/-/x/a,c,B,a.b z-�/-/x/a,c,B,a.b | M:a#1,a#3,a#4,a#5 \
    z-�:a#0,a#2,a#6
    range | a=xy.xz.x.yz.x.x.xy.x b=x.x.x.yz.z.y.- B=x.xy.-.z.- a.b=y.y.y.yz.yz | z-😀/i3/z/a,B \
    m10/i1/-/a,b,a.b m0/i6/x/a,b,B z-�/i4/y/a,b,B M/i2/z/a,b,B,a.b m2/i0/x/a,B,a.b | \
    M:B#3,a#5,a.b#3,a.b#4,b#3,b#4 m0:B#4,a#4,b#2 m10:a#2,a#3,a.b#0,a.b#1,b#0,b#1 m2:B#0,a#0,a#1,a.b#2 \
    z-😀:B#2,a#7 z-�:B#1,a#6,b#5,b#6
    roundrobin | a=-.-.-.-.- b=-.- B=-.- a.b=-.- | m0/i3/-/a,b,B,a.b z-😀/i1/-/a,b,B,a.b m1/-/-/a,b,B,a.b \
    m10/-/-/a,b,B,a.b m2/-/-/a,b,B,a.b M/-/-/a,b,B,a.b | M:a#0,a.b#1 m0:B#1,a.b#0 m1:a#1,b#0 m10:a#2,b#1 m2:a#3 \
    z-😀:B#0,a#4
    roundrobin | a=-.-.-.-.- c=-.-.-.-.-.-.- | m10/i3/-/c m0/-/-/a,c | m0:a#0,a#1,a#2,a#3,a#4,c#1,c#3,c#5 \
    m10:c#0,c#2,c#4,c#6
    roundrobin | b=-.-.-.-.-.- B=-.-.-.-.-.-.-.- | z-😀/i3/-/b,B m0/i1/-/b,B | m0:B#0,B#2,B#4,B#6,b#0,b#2,b#4 \
    z-😀:B#1,B#3,B#5,B#7,b#1,b#3,b#5
    roundrobin | a=- b=- c=- B=-.-.-.-.-.-.- a.b=- | z-�/i3/-/a,b,c,B,a.b m2/i1/-/a,b,c,B,a.b \
    M/i6/-/a,b,c,B,a.b m10/i4/-/a,b,c,B,a.b m1/i2/-/a,b,c,B,a.b | M:B#4,b#0 m1:B#1,B#6 m10:B#3,a.b#0 \
    m2:B#0,B#5,c#0 z-�:B#2,a#0
    roundrobin | a=- c=-.-.-.-.-.-.-.- | m10/-/-/a,c m2/-/-/a,c m0/-/-/a z-😀/-/-/a,c m1/-/-/ M/-/-/a,c,unheard \
    | M:a#0,c#3,c#7 m0: m1: m10:c#0,c#4 m2:c#1,c#5 z-😀:c#2,c#6
    roundrobin | a.b=-.-.-.-.-.- | m0/i3/-/a.b m1/i1/-/ z-�/i6/-/a.b z-😀/i4/-/a.b,unheard M/i2/-/a.b \
    m2/i0/-/a.b | M:a.b#1 m0:a.b#2 m1: m2:a.b#0,a.b#5 z-😀:a.b#3 z-�:a.b#4
    roundrobin | b=- c=-.-.-.-.-.-.-.- B=- a.b=- | M/-/-/b,c,B,a.b m1/-/-/b,c,B,a.b m2/-/-/b,c,B,a.b \
    m0/-/-/b,c,B,a.b z-😀/-/-/b,c,B,a.b m10/-/-/b,c,B,a.b | M:B#0,c#3 m0:a.b#0,c#4 m1:b#0,c#5 m10:c#0,c#6 \
    m2:c#1,c#7 z-😀:c#2
    roundrobin | b=-.-.-.-.- c=-.-.-.- B=-.-.-.-.- | m0/i3/-/b,c m10/i1/-/b,B m1/i6/-/b,B | \
    m0:b#0,b#3,c#0,c#1,c#2,c#3 m1:B#1,B#3,b#1,b#4 m10:B#0,B#2,B#4,b#2
    roundrobin | B=-.-.-.-.-.-.-.- | m1/-/-/unheard | m1:
    roundrobin | c=-.-.-.-.-.- | z-😀/-/-/c m2/-/-/c m10/-/-/c,unheard m0/-/-/c | m0:c#0,c#4 m10:c#1,c#5 m2:c#2 \
    z-😀:c#3
    roundrobin | b=-.-.-.-.-.-.- c= B=-.-.-.- a.b=-.-.-.- | m0/-/-/c,B z-😀/-/-/c,B,a.b M/-/-/b,B,a.b \
    m1/-/-/b,c,B | M:B#0,a.b#0,a.b#2,b#0,b#2,b#4,b#6 m0:B#1 m1:B#2,b#1,b#3,b#5 z-😀:B#3,a.b#1,a.b#3
    roundrobin | a=-.-.-.- b= B=-.-.-.-.- | m10/i3/-/a,B m2/i1/-/a,b,B z-😀/i6/-/a,b,B z-�/i4/-/b,B | \
    m10:B#1,a#0,a#3 m2:B#0,B#4,a#2 z-😀:B#3,a#1 z-�:B#2
    roundrobin | a=-.-.-.-.-.- b=- c=- a.b=-.-.-.-.-.- | m1/i3/-/a,b,c,a.b m10/-/-/a,b,c,a.b | \
    m1:a#0,a#2,a#4,a.b#0,a.b#2,a.b#4,b#0 m10:a#1,a#3,a#5,a.b#1,a.b#3,a.b#5,c#0
    roundrobin | b=-.-.-.-.-.-.-.- c=-.-.-.-.-.- | m1/i3/-/b,c | \
    m1:b#0,b#1,b#2,b#3,b#4,b#5,b#6,b#7,c#0,c#1,c#2,c#3,c#4,c#5
    roundrobin | a=-.-.- b=-.-.- c=-.-.- B=-.-.- | m1/-/-/a,b,c,B | \
    m1:B#0,B#1,B#2,a#0,a#1,a#2,b#0,b#1,b#2,c#0,c#1,c#2
    roundrobin | a=-.-.-.-.-.- c=-.-.-.-.-.- a.b=-.-.-.-.-.- | M/i3/-/a,c,a.b | \
    M:a#0,a#1,a#2,a#3,a#4,a#5,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5,c#0,c#1,c#2,c#3,c#4,c#5
    roundrobin | a=-.-.-.- c=-.-.-.- a.b=-.-.-.- | m1/i3/-/a,a.b m0/i1/-/a,a.b z-�/i6/-/a,c,a.b M/i4/-/a \
    z-😀/i2/-/a,a.b | M:a#3 m0:a#0,a.b#1 m1:a#2,a.b#3 z-😀:a#1,a.b#2 z-�:a.b#0,c#0,c#1,c#2,c#3
    roundrobin | a=-.-.-.- c=-.-.-.-.- B=-.-.-.- a.b=-.-.-.-.-.-.-.- | m10/-/-/c,B,a.b z-�/i1/-/c,B,a.b | \
    m10:B#1,B#3,a.b#1,a.b#3,a.b#5,a.b#7,c#1,c#3 z-�:B#0,B#2,a.b#0,a.b#2,a.b#4,a.b#6,c#0,c#2,c#4
    roundrobin | a=-.- b=-.-.-.-.-.- c=-.- | m0/-/-/a,b,c,unheard z-�/-/-/a,b,c m1/-/-/a,b,c \
    z-😀/i4/-/a,b,c,unheard M/i2/-/a,b,c m10/-/-/a,b,c m2/-/-/a,b,c | M:a#0,b#5 m0:b#0,c#1 m1:b#1 m10:b#2 \
    m2:b#3 z-😀:a#1,c#0 z-�:b#4
    roundrobin | a=-.-.-.-.- B=-.-.-.-.- | m1/i3/-/a,B | m1:B#0,B#1,B#2,B#3,B#4,a#0,a#1,a#2,a#3,a#4
    roundrobin | a= c=-.-.- B=-.-.- | m10/i3/-/ z-�/-/-/a,c,B | m10: z-�:B#0,B#1,B#2,c#0,c#1,c#2
    roundrobin | a=-.-.-.- b=-.-.-.- c=-.-.-.- B=-.-.-.- | z-😀/-/-/a,b,c,B m0/-/-/a,b,c,B M/-/-/a,b,c,B \
    m1/-/-/a,b,c,B m2/-/-/a,b,c,B m10/-/-/a,b,c,B | M:B#0,a#2,c#0 m0:B#1,a#3,c#1 m1:B#2,b#0,c#2 m10:B#3,b#1,c#3 \
    m2:a#0,b#2 z-😀:a#1,b#3
    roundrobin | b=-.-.-.- c= a.b= | m10/i3/-/c,a.b z-�/-/-/b,c,unheard m2/-/-/b M/i4/-/b,unheard m0/i2/-/c \
    z-😀/-/-/b,a.b | M:b#0 m0: m10: m2:b#1 z-😀:b#2 z-�:b#3
    roundrobin | a=-.- c=-.- a.b=-.- | m10/i3/-/a,c z-😀/i1/-/a,c | m10:a#1,c#1 z-😀:a#0,c#0
    roundrobin | a=-.-.- c=-.-.- a.b=-.-.- | z-�/-/-/a,c,a.b m2/-/-/a,c,a.b m0/-/-/a,c,a.b z-😀/-/-/a,c,a.b \
    m10/-/-/a,c,a.b,unheard m1/-/-/a,c,a.b M/-/-/a,c,a.b | M:a#0,c#1 m0:a#1,c#2 m1:a#2 m10:a.b#0 m2:a.b#1 \
    z-😀:a.b#2 z-�:c#0
    roundrobin | a=- c=-.-.-.-.-.- B=- a.b=- | m10/i3/-/a,c | m10:a#0,c#0,c#1,c#2,c#3,c#4,c#5
    roundrobin | b=- c=-.-.-.- B=-.-.-.- a.b=-.-.-.-.-.- | m0/-/-/b,c,B m10/-/-/b,B,a.b M/-/-/b,c,B,a.b \
    z-�/-/-/b,c,B | M:B#0,a.b#0,a.b#2,a.b#4,c#0,c#3 m0:B#1,c#1 m10:B#2,a.b#1,a.b#3,a.b#5 z-�:B#3,b#0,c#2
    roundrobin | b=-.-.-.- c=-.-.-.- B=-.-.-.- | M/-/-/b,c,B | \
    M:B#0,B#1,B#2,B#3,b#0,b#1,b#2,b#3,c#0,c#1,c#2,c#3
    roundrobin | b=-.-.-.-.- c=-.-.-.-.- a.b=-.-.-.-.- | M/-/-/c,a.b z-�/-/-/b,c m2/-/-/b,c,a.b m10/-/-/b,c,a.b \
    | M:a.b#0,a.b#3,c#0,c#4 m10:a.b#1,a.b#4,b#2,c#1 m2:a.b#2,b#0,b#3,c#2 z-�:b#1,b#4,c#3
    roundrobin | a=- b=- B=-.-.-.- a.b=- | m2/i3/-/a,b,B,a.b m10/i1/-/a,B,a.b z-😀/i6/-/a,b,a.b \
    m0/i4/-/a,b,B,a.b z-�/i2/-/a,b,B m1/i0/-/a,b,a.b | m0:B#3 m1:a.b#0 m10:B#0 m2:B#2 z-😀:a#0 z-�:B#1,b#0
    roundrobin | b=-.-.- c=-.- B=-.- | m0/i3/-/b,c,B m2/-/-/b,c,B m10/i6/-/b,c,B M/i4/-/b,c,B | M:B#1,c#0 \
    m0:B#0,b#2 m10:b#0,c#1 m2:b#1
    roundrobin | a=-.-.-.-.-.- c=- B=- | z-😀/-/-/B m2/-/-/c m1/-/-/c z-�/-/-/a,c m0/-/-/a,c,B | \
    m0:B#0,a#1,a#3,a#5 m1:c#0 m2: z-😀: z-�:a#0,a#2,a#4
    roundrobin | a=-.-.- c= B=-.-.- | m1/i3/-/a,c,B z-�/i1/-/a,c,B m2/i6/-/c,B m10/-/-/a,c,B,unheard \
    m0/i2/-/c,B z-😀/i0/-/c,B | m0:B#2 m1:a#0 m10:a#1 m2: z-😀:B#0 z-�:B#1,a#2
    roundrobin | b=- B=-.- a.b=-.- | m0/-/-/b,B,a.b z-😀/-/-/b,B,a.b z-�/-/-/b,B,a.b m10/-/-/b,B,a.b,unheard | \
    m0:B#0,b#0 m10:B#1 z-😀:a.b#0 z-�:a.b#1
    roundrobin | c=-.-.-.-.-.- a.b=-.- | m10/i3/-/c,a.b m0/i1/-/c,a.b M/i6/-/c,a.b z-😀/i4/-/c,a.b | M:c#1,c#5 \
    m0:a.b#0,c#2 m10:a.b#1,c#3 z-😀:c#0,c#4
    roundrobin | a=-.-.-.- b=-.-.-.-.-.-.- a.b=-.-.-.-.-.-.-.- | z-�/-/-/b,a.b M/-/-/b,a.b m1/-/-/a,b,a.b \
    m0/-/-/a.b | M:a.b#1,a.b#5,b#1,b#4 m0:a.b#2,a.b#6 m1:a#0,a#1,a#2,a#3,a.b#3,a.b#7,b#2,b#5 \
    z-�:a.b#0,a.b#4,b#0,b#3,b#6
    roundrobin | a=-.-.- b=-.-.- | z-😀/-/-/a,b m10/-/-/a,b z-�/-/-/a,b M/-/-/a,b | M:a#0,b#1 m10:a#1,b#2 \
    z-😀:a#2 z-�:b#0
    roundrobin | a= b=-.-.-.- c=-.-.-.-.-.- B=-.-.-.-.-.- a.b=-.-.-.-.-.- | M/-/-/c,B,a.b | \
    M:B#0,B#1,B#2,B#3,B#4,B#5,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5,c#0,c#1,c#2,c#3,c#4,c#5
    roundrobin | a=-.-.-.-.-.-.-.- b=-.-.- B=-.- a.b=-.- | M/i3/-/a,b,B,a.b m0/i1/-/a,a.b | \
    M:B#0,B#1,a#1,a#3,a#5,a#7,a.b#1,b#0,b#1,b#2 m0:a#0,a#2,a#4,a#6,a.b#0
    roundrobin | a=-.-.-.-.-.-.-.- b=- c=- B=- a.b=- | m10/-/-/a,b,c,B,a.b M/-/-/a,b,c,B,a.b \
    m1/-/-/a,b,c,B,a.b,unheard z-😀/-/-/a,b,c,B,a.b | M:B#0,a#3,a#7 m1:a#0,a#4,a.b#0 m10:a#1,a#5,b#0 \
    z-😀:a#2,a#6,c#0
    roundrobin | b=-.- c=- B=-.-.-.-.-.-.- a.b=-.- | M/-/-/b,c,B,a.b z-😀/-/-/c,B | \
    M:B#0,B#2,B#4,B#6,a.b#0,a.b#1,b#0,b#1 z-😀:B#1,B#3,B#5,c#0
    roundrobin | a=-.-.-.- b=-.-.-.- B=-.-.-.-.- a.b=- | m2/-/-/a,b,B,a.b M/i1/-/a,b,B,a.b m0/-/-/a,b,B \
    m10/-/-/a,B,a.b z-�/-/-/a,b,B,a.b m1/i0/-/b,B,a.b z-😀/-/-/a.b | M:B#1,a#1,b#2 m0:B#2,a#2,b#3 m1:B#0,b#1 \
    m10:B#3,a#3 m2:B#4,a.b#0 z-😀: z-�:a#0,b#0
    roundrobin | a= b=-.-.- c= B= a.b=-.-.-.-.- | m0/-/-/a,b,c,B,a.b m1/i1/-/a,b,c,B,a.b z-�/-/-/a,b,c,B,a.b \
    z-😀/-/-/a,b,c,B,a.b,unheard | m0:a.b#1,b#0 m1:a.b#0,a.b#4 z-😀:a.b#2,b#1 z-�:a.b#3,b#2
    roundrobin | b=-.-.-.-.-.- c=-.-.-.- a.b=-.-.-.- | z-�/-/-/c,a.b m1/-/-/b,c,a.b M/-/-/b,c,a.b \
    z-😀/-/-/b,a.b m2/-/-/a.b m10/-/-/b,c,a.b m0/-/-/b,c,a.b | M:a.b#0,b#1,c#1 m0:a.b#1,b#2,c#2 \
    m1:a.b#2,b#3,c#3 m10:a.b#3,b#4 m2: z-😀:b#0,b#5 z-�:c#0
    roundrobin | a=-.-.- b= c=-.-.- B=-.-.- a.b=-.-.- | m10/i3/-/a,c,B,a.b m2/i1/-/a,b,c,B,a.b \
    m0/i6/-/a,b,c,B,a.b z-�/i4/-/b,B,a.b m1/i2/-/a,b,c,B,a.b M/i0/-/a,c,B,a.b,unheard z-😀/i5/-/a,c,B,a.b | \
    M:B#0,a.b#0 m0:a#2,c#2 m1:B#2,a.b#2 m10:a#0,c#0 m2:B#1,a.b#1 z-😀:a#1,c#1 z-�:
    roundrobin | a=-.-.-.-.-.- b=-.-.- B=-.-.-.-.-.- | z-😀/i3/-/a,b,B | \
    z-😀:B#0,B#1,B#2,B#3,B#4,B#5,a#0,a#1,a#2,a#3,a#4,a#5,b#0,b#1,b#2
    roundrobin | a= c=-.-.-.-.- a.b=-.-.-.-.-.-.- | m0/-/-/a,c,a.b z-😀/-/-/a,c z-�/-/-/a,a.b m1/-/-/a,c,a.b \
    M/-/-/c,unheard m2/-/-/c,a.b m10/-/-/a,c,a.b | M:c#3 m0:a.b#0,a.b#5,c#4 m1:a.b#1,a.b#6 m10:a.b#2,c#0 \
    m2:a.b#3,c#1 z-😀:c#2 z-�:a.b#4
    roundrobin | a=-.-.-.-.-.- B= | z-�/i3/-/B m1/i1/-/a,B z-😀/i6/-/a,B m0/i4/-/a,B m10/i2/-/a,B M/i0/-/a,B \
    m2/i5/-/a,B | M:a#0 m0:a#3 m1:a#1 m10:a#2 m2:a#4 z-😀:a#5 z-�:
    roundrobin | a=-.-.-.- c=-.-.-.- B=-.-.-.-.-.- | m0/i3/-/a,c,B m2/-/-/a,c,B | \
    m0:B#0,B#2,B#4,a#0,a#2,c#0,c#2 m2:B#1,B#3,B#5,a#1,a#3,c#1,c#3
    roundrobin | a=-.-.-.- b=-.-.-.-.-.-.-.- c=- B=-.-.-.-.-.-.-.- a.b=-.-.-.- | M/i3/-/a,b,c m0/i1/-/a,b,B,a.b \
    m2/i6/-/a,b,B,a.b m10/i4/-/a,b,B,a.b | M:a#2,b#1,b#5,c#0 m0:B#0,B#3,B#6,a#1,a.b#1,b#0,b#4 \
    m10:B#1,B#4,B#7,a#3,a.b#2,b#2,b#6 m2:B#2,B#5,a#0,a.b#0,a.b#3,b#3,b#7
    roundrobin | a=-.-.-.-.-.- b=-.-.-.-.-.-.-.- c=-.-.-.-.-.- a.b=-.-.-.-.-.- | m10/i3/-/a,b,c,a.b \
    m0/-/-/a,b,c,a.b | m0:a#1,a#3,a#5,a.b#1,a.b#3,a.b#5,b#1,b#3,b#5,b#7,c#1,c#3,c#5 \
    m10:a#0,a#2,a#4,a.b#0,a.b#2,a.b#4,b#0,b#2,b#4,b#6,c#0,c#2,c#4
    roundrobin | a=- b= B= a.b= | M/i3/-/a,b,B,a.b z-�/-/-/a,b,B,a.b z-😀/i6/-/a,b,B,a.b | M:a#0 z-😀: z-�:
    roundrobin | b=- c=-.-.-.-.-.- B=-.-.-.-.-.- a.b=-.-.-.-.-.- | z-�/-/-/b,c,B,a.b M/-/-/b,c,B | \
    M:B#0,B#2,B#4,b#0,c#1,c#3,c#5 z-�:B#1,B#3,B#5,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5,c#0,c#2,c#4
    roundrobin | a=-.-.-.- b=-.-.-.- c=-.-.-.- B=-.-.-.- a.b=-.-.-.- | z-�/i3/-/a,b,c | \
    z-�:a#0,a#1,a#2,a#3,b#0,b#1,b#2,b#3,c#0,c#1,c#2,c#3
    roundrobin | a=-.-.-.-.-.- c=-.-.-.-.-.- B=-.-.-.-.-.- a.b=-.-.-.-.-.- | z-�/i3/-/a,c,B,a.b | \
    z-�:B#0,B#1,B#2,B#3,B#4,B#5,a#0,a#1,a#2,a#3,a#4,a#5,a.b#0,a.b#1,a.b#2,a.b#3,a.b#4,a.b#5,c#0,c#1,c#2,c#3,c#4,c#5
    roundrobin | a=-.-.-.- b=-.-.-.- c=-.-.- B=-.-.-.- | m10/-/-/a,b,c,B m1/-/-/a,b M/-/-/B m0/-/-/b,c,B \
    z-�/-/-/a,c,B | M:B#0 m0:B#1,b#1,c#1 m1:a#0,a#3,b#2 m10:B#2,a#1,b#0,b#3,c#2 z-�:B#3,a#2,c#0
    roundrobin | c=-.-.-.-.- B=-.-.-.-.- a.b=-.-.-.-.- | m10/i3/-/c,B,a.b,unheard M/i1/-/c,B,a.b | \
    M:B#0,B#2,B#4,a.b#1,a.b#3,c#0,c#2,c#4 m10:B#1,B#3,a.b#0,a.b#2,a.b#4,c#1,c#3
    roundrobin | a=-.-.- c=-.-.-.-.-.-.-.- B= a.b=-.-.- | m2/-/-/a,c,B,a.b m0/i1/-/a,c,B,a.b z-�/-/-/a,c,B,a.b \
    | m0:a#0,a.b#0,c#0,c#3,c#6 m2:a#1,a.b#1,c#1,c#4,c#7 z-�:a#2,a.b#2,c#2,c#5
    roundrobin | a=-.-.-.-.- b=-.-.-.-.- B=-.-.-.-.- a.b=-.-.-.-.- | M/i3/-/b,a.b m1/i1/-/a,b,a.b \
    m0/i6/-/a,b,unheard m10/i4/-/a,b,B,a.b,unheard z-�/i2/-/b,B,a.b m2/i0/-/a,b,B,a.b z-😀/i5/-/a,b,a.b | \
    M:a.b#1,b#2 m0:a#2 m1:a#4,b#0 m10:B#2,a#0,a.b#2,b#3 m2:B#0,B#3,a#3,a.b#4 z-😀:a#1,a.b#3,b#4 \
    z-�:B#1,B#4,a.b#0,b#1
    roundrobin | a=-.- b=-.- c=-.- B=-.- a.b=- | z-�/-/-/a,b,B,a.b m10/i1/-/a,b,c,B,a.b M/i6/-/a,b,c,B,a.b \
    m1/-/-/a,b,B,a.b | M:B#1,b#0,c#1 m1:a#0,b#1 m10:B#0,a.b#0,c#0 z-�:a#1
    roundrobin | c=-.-.-.-.-.-.- a.b= | z-😀/-/-/c,a.b m10/-/-/c,a.b | m10:c#0,c#2,c#4,c#6 z-😀:c#1,c#3,c#5
    roundrobin | b=-.-.-.-.-.- B=-.-.-.-.-.- | z-😀/i3/-/b z-�/i1/-/b,B M/i6/-/B,unheard m2/i4/-/b,B \
    m10/i2/-/b,B m1/i0/-/b m0/i5/-/b | M:B#3 m0:b#2 m1:b#3 m10:B#1,B#5,b#5 m2:B#2,b#1 z-😀:b#0 z-�:B#0,B#4,b#4
    roundrobin | b=-.-.- c=-.-.-.-.-.-.- | m0/-/-/b,c | m0:b#0,b#1,b#2,c#0,c#1,c#2,c#3,c#4,c#5,c#6
    roundrobin | b=-.-.-.- B=-.-.-.-.-.- | M/i3/-/b,B z-😀/i1/-/b,B z-�/-/-/b,B m2/-/-/b,B,unheard m1/i2/-/b,B \
    m10/-/-/b,B m0/-/-/b,B | M:B#2,b#3 m0:B#3 m1:B#1,b#2 m10:B#4 m2:B#5 z-😀:B#0,b#1 z-�:b#0
    roundrobin | a=-.-.-.-.- b=-.-.-.-.- c=-.-.-.-.- | z-�/-/-/a,b,c | \
    z-�:a#0,a#1,a#2,a#3,a#4,b#0,b#1,b#2,b#3,b#4,c#0,c#1,c#2,c#3,c#4
    roundrobin | b=- a.b=- | m2/-/-/b,a.b | m2:a.b#0,b#0
    roundrobin | B=-.-.-.- | m1/-/-/B m0/-/-/B z-😀/-/-/B z-�/-/-/B m2/-/-/B | m0:B#0 m1:B#1 m2:B#2 z-😀:B#3 \
    z-�:
    roundrobin | b=-.- B=-.- a.b=-.- | m10/-/-/b,B,a.b z-😀/-/-/b,B,a.b z-�/-/-/b,B,a.b | m10:B#0,a.b#1 \
    z-😀:B#1,b#0 z-�:a.b#0,b#1
    roundrobin | b=-.-.- c=-.-.- B=-.-.- | z-�/-/-/b,c | z-�:b#0,b#1,b#2,c#0,c#1,c#2
    roundrobin | a=-.-.- c=-.- B=-.- a.b=-.- | M/-/-/a,c,B,a.b z-�/-/-/a,c,B,a.b m0/-/-/a,c,B,a.b,unheard \
    m1/-/-/a,c,B,a.b z-😀/-/-/a,c,B,a.b | M:B#0,a.b#0 m0:B#1,a.b#1 m1:a#0,c#0 z-😀:a#1,c#1 z-�:a#2
    sticky-data | 175 | a#0,b#0,c#0,c#1,B#0,a.b#0,a.b#1 | \
    000000050001610000000100000000000142000000010000000000016200000001000000000001630000000200000000000000010003612e62000000020000000000000001000000af
    cooperative-data | 175 | a#0,b#0,c#0,c#1,B#0,a.b#0,a.b#1 | 000000af
    sticky-data | 267 | a#0,c#0,B#0,a.b#0,a.b#1 | \
    000000040001610000000100000000000142000000010000000000016300000001000000000003612e620000000200000000000000010000010b
    cooperative-data | 267 | a#0,c#0,B#0,a.b#0,a.b#1 | 0000010b
    sticky-data | 211 | b#0,c#0,B#0,a.b#0 | \
    000000040001420000000100000000000162000000010000000000016300000001000000000003612e620000000100000000000000d3
    cooperative-data | 211 | b#0,c#0,B#0,a.b#0 | 000000d3
    sticky-data | 100 | c#0,c#1,a.b#0 | \
    000000020001630000000200000000000000010003612e62000000010000000000000064
    cooperative-data | 100 | c#0,c#1,a.b#0 | 00000064
    sticky-data | 167 | a#0,a#1,a#2,c#0,B#0,a.b#0,a.b#1 | \
    0000000400016100000003000000000000000100000002000142000000010000000000016300000001000000000003612e62000000020000000000000001000000a7
    cooperative-data | 167 | a#0,a#1,a#2,c#0,B#0,a.b#0,a.b#1 | 000000a7
    sticky-data | 890 | a#0,a#1,a#2,b#0,B#0,a.b#0,a.b#1 | \
    0000000400016100000003000000000000000100000002000142000000010000000000016200000001000000000003612e620000000200000000000000010000037a
    cooperative-data | 890 | a#0,a#1,a#2,b#0,B#0,a.b#0,a.b#1 | 0000037a
    sticky-data | 679 | b#0,b#1,c#0,a.b#0 | \
    0000000300016200000002000000000000000100016300000001000000000003612e620000000100000000000002a7
    cooperative-data | 679 | b#0,b#1,c#0,a.b#0 | 000002a7
    sticky-data | 149 | a#0,b#0,c#0,c#1,B#0,B#1,B#2 | \
    00000004000161000000010000000000014200000003000000000000000100000002000162000000010000000000016300000002000000000000000100000095
    cooperative-data | 149 | a#0,b#0,c#0,c#1,B#0,B#1,B#2 | 00000095
    sticky-data | 857 | c#0,c#1,B#0 | 00000002000142000000010000000000016300000002000000000000000100000359
    cooperative-data | 857 | c#0,c#1,B#0 | 00000359
    sticky-data | 615 | a#0,a#1,b#0,b#1,b#2,c#0,B#0,a.b#0 | \
    0000000500016100000002000000000000000100014200000001000000000001620000000300000000000000010000000200016300000001000000000003612e62000000010000000000000267
    cooperative-data | 615 | a#0,a#1,b#0,b#1,b#2,c#0,B#0,a.b#0 | 00000267
    sticky-data | 81 | b#0,b#1,b#2,c#0,c#1,B#0,B#1,a.b#0 | \
    00000004000142000000020000000000000001000162000000030000000000000001000000020001630000000200000000000000010003612e62000000010000000000000051
    cooperative-data | 81 | b#0,b#1,b#2,c#0,c#1,B#0,B#1,a.b#0 | 00000051
    sticky-data | 507 | a#0,a#1,b#0,c#0,B#0,B#1,a.b#0 | \
    00000005000161000000020000000000000001000142000000020000000000000001000162000000010000000000016300000001000000000003612e620000000100000000000001fb
    cooperative-data | 507 | a#0,a#1,b#0,c#0,B#0,B#1,a.b#0 | 000001fb
    """
