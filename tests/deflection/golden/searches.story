# Five searches, one of them typed, and a robot's.

# Ann types three letters more, twice, opens the second hit, reads for 16 s, and opens the first.
0s query by=suggest id=A1 visitor=ann text=re shown=returns,refunds probability=0.3
0.4s query by=suggest id=A2 visitor=ann text=refu shown=refunds,returns probability=0.5
0.9s query by=suggest id=A3 visitor=ann text=refund shown=returns,refunds probability=0.9 answered=t
3s click visitor=ann query_id=A3 article=refunds position=2
20s view visitor=ann query_id=A3 article=refunds dwell_ms=16000
21s click visitor=ann query_id=A3 article=returns position=1

# Ben finds nothing, says it otherwise 36 s later, and opens the first hit.
1h query id=B1 visitor=ben text=my_mony shown= total=0
1.01h query id=B2 visitor=ben text=where_is_my_refund shown=refunds,fees probability=0.8 answered=t
1.02h click visitor=ben query_id=B2 article=refunds position=1

# Cam finds nothing probable, and leaves.
2h query id=C1 visitor=cam text=refund shown=refunds,fees probability=0.2

# Dan shouts, opens nothing, and writes half an hour later.
3h query id=D1 visitor=dan text=REFUND! shown=refunds probability=0.9 answered=t
3.5h ticket_created visitor=dan ticket=T1

4h query id=E1 visitor=robot text=refund shown=refunds probability=0.9 bot=t

as of 9d

report searches from=2026-01-01&to=2026-01-01
  searches      5 of 5     # A3, B1, B2, C1, D1
  requests      7 of 5     # A1 and A2 were typed on the way to A3
  zero_result   1/5 of 5   # B1
  no_answer     2/5 of 5   # B1, C1
  no_click      3/5 of 5   # B1, C1, D1
  unsuccessful  3/5 of 5
  refined       1/5 of 5   # B1
  exit          2/5 of 5   # C1, D1
  read          1/5 of 5   # A3
  ticket        1/5 of 5   # D1

report clicks from=2026-01-01&to=2026-01-01
  searches    5 of 5
  clicks      3 of 5
  ctr         2/5 of 5
  position    1.5 of 2     # first clicks: 2 and 1
  mrr         0.75 of 2    # 1/2 and 1
  mrr0        0.3 of 5     # 1.5 / 5
  paul_score  0.625 of 4   # 0.5 + 1 of Ann, 1 of Ben, over four sessions

# "refund", "Refund!" and what was typed towards it are one text, of three people.
report top from=2026-01-01&to=2026-01-01
rows 3 hidden 0
row refund
  searches      3 of 3     # A3, C1, D1
  requests      5 of 3
  zero_result   0/3 of 3
  no_answer     1/3 of 3
  no_click      2/3 of 3
  unsuccessful  2/3 of 3
  refined       0/3 of 3
  exit          2/3 of 3
  read          1/3 of 3
  ticket        1/3 of 3

report zero-result from=2026-01-01&to=2026-01-01
rows 1 hidden 0
row my_mony
  searches      1 of 1
  requests      1 of 1
  zero_result   1 of 1
  no_answer     1 of 1
  no_click      1 of 1
  unsuccessful  1 of 1
  refined       1 of 1
  exit          0 of 1
  read          0 of 1
  ticket        0 of 1

# Two texts are Ben's alone. Were "refund" shown, his searches would be the five less its three.
k 3
report top from=2026-01-01&to=2026-01-01
rows 0 hidden 3
