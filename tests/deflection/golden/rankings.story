# Two tests of rankings, one after the other, and lists in which neighbours changed places.

# Interleaved: Ann opens both picks of the challenger and one of production's, the first of them twice; Ben one of
# production's; Cam one of each; Dan opens nothing, and the robot everything.
0s query id=A1 visitor=ann text=refund shown=a,b,c,d experiment=draft arm=interleaved teams=baab other=1,3,4,2
5s click visitor=ann query_id=A1 article=a position=1
6s click visitor=ann query_id=A1 article=a position=1
7s click visitor=ann query_id=A1 article=b position=2
8s click visitor=ann query_id=A1 article=d position=4
1h query id=B1 visitor=ben text=fees shown=e,f experiment=draft arm=interleaved teams=ab other=2,1
1.01h click visitor=ben query_id=B1 article=e position=1
2h query id=C1 visitor=cam text=fees shown=e,f experiment=draft arm=interleaved teams=ab other=2,1
2.01h click visitor=cam query_id=C1 article=e position=1
2.02h click visitor=cam query_id=C1 article=f position=2
3h query id=D1 visitor=dan text=card shown=e experiment=draft arm=interleaved teams=b other=1
4h query id=E1 visitor=robot text=fees shown=e,f experiment=draft arm=interleaved teams=ba other=1,2 bot=t
4.01h click visitor=robot query_id=E1 article=e position=1 bot=t

# Page two: its first hit is at place 3, and a pick of the challenger. Ben again, who now has one for each: a tie.
5h query id=B2 visitor=ben text=fees offset=2 shown=g,h experiment=draft arm=interleaved teams=ba other=0,4
5.01h click visitor=ben query_id=B2 article=g position=3

# A/B: Fay with production's lists opens a hit, Guy does not; Hal, twice, with the challenger's opens one at last.
6h query id=F1 visitor=fay text=refund shown=a,b experiment=two arm=production
6.01h click visitor=fay query_id=F1 article=b position=2
7h query id=G1 visitor=guy text=refund shown=a,b experiment=two arm=production
8h query id=H1 visitor=hal text=refund shown=b,a experiment=two arm=challenger
9h query id=H2 visitor=hal text=fees shown=b,a experiment=two arm=challenger pair=1 swapped=t
9.01h click visitor=hal query_id=H2 article=a position=2

as of 9d

report rankings from=2026-01-01&to=2026-01-01&experiment=draft
  searches            5 of 5       # A1, B1, C1, D1, B2; not the robot's
  clicks              7 of 7       # 3 of Ann's, 1 and 1 of Ben's, 2 of Cam's
  swapped             0 of 0
  preference          1/6 of 3     # Ann for the challenger, two ties: (1 + 2 x 1/2) / 3 - 1/2
  clicked_production  null of 0
  clicked_challenger  null of 0
  clicked_difference  null of 0
  mrr_weighed         null of 3    # no neighbours were swapped; three visitors opened a hit at the first place
  mrr_naive           null of 3
  mrr_challenger      null of 3
  dcg_weighed         null of 3
  dcg_challenger      null of 3
  effective           3 of 3
  look_2              null of 0
  look_3              null of 0
  look_4              null of 0
  look_5              null of 0
  look_6              null of 0
  look_7              null of 0
  look_8              null of 0
  look_9              null of 0
  look_10             null of 0

report rankings from=2026-01-01&to=2026-01-01&experiment=two
  searches            4 of 4
  clicks              2 of 2
  swapped             1 of 1       # H2
  preference          null of 0
  clicked_production  1/2 of 2     # Fay, not Guy
  clicked_challenger  1/1 of 1     # Hal, once
  clicked_difference  null of 3    # too few
  mrr_weighed         null of 0
  mrr_naive           null of 0
  mrr_challenger      null of 0
  dcg_weighed         null of 0
  dcg_challenger      null of 0
  effective           0 of 0       # no click at the first place
  look_2              null of 1
  look_3              null of 1
  look_4              null of 1
  look_5              null of 1
  look_6              null of 1
  look_7              null of 1
  look_8              null of 1
  look_9              null of 1
  look_10             null of 1
