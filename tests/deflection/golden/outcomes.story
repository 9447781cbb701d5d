# What came of it: seven people who came, and one who only wrote. Everything is on 1 January but for what says a day.

# Ann searches, reads, and says that it helped.
0s query id=Q1 visitor=ann text=refund shown=refunds,returns probability=0.9 answered=t
4s click visitor=ann query_id=Q1 article=refunds position=1
40s view visitor=ann query_id=Q1 article=refunds dwell_ms=36000
41s solved visitor=ann article=refunds query_id=Q1

# Ben reads and says nothing.
1h view visitor=ben article=returns dwell_ms=20000

# Cam reads, and writes two hours later.
2h view visitor=cam article=refunds dwell_ms=5000
4h ticket_created visitor=cam ticket=T1

# Dan reads, and writes two days later, on 3 January.
3h view visitor=dan article=returns dwell_ms=5000
51h ticket_created visitor=dan ticket=T2

# Eve reads, says that it did not help, and writes to nobody.
4h view visitor=eve article=refunds dwell_ms=9000
4.1h not_solved visitor=eve article=refunds

# Fay searches and finds nothing.
5h query visitor=fay text=strike shown= total=0

# Gus writes a mail, and was never here.
6h ticket_created contact=gus ticket=T3

# Hal reads on 9 January; nobody knows yet what comes of it.
8d view visitor=hal article=refunds dwell_ms=1000

as of 8.5d

report outcomes from=2026-01-01&to=2026-01-09
  sessions   7 of 7     # Gus had none
  open       1 of 7     # Hal
  unengaged  1 of 6     # Fay
  confirmed  1/5 of 5   # Ann, of Ann, Ben, Cam, Dan, Eve
  potential  2/5 of 5   # Ben, Dan
  none       1/5 of 5   # Cam
  ambiguous  1/5 of 5   # Eve

report outcomes from=2026-01-01&to=2026-01-09&window=72h
  sessions   7 of 7
  open       1 of 7
  unengaged  1 of 6
  confirmed  1/5 of 5
  potential  1/5 of 5   # Ben; Dan wrote within three days
  none       2/5 of 5
  ambiguous  1/5 of 5

report outcomes from=2026-01-01&to=2026-01-01&window=7d
  sessions   6 of 6     # Hal came later
  open       0 of 6     # 7.5 days have passed
  unengaged  1 of 6
  confirmed  1/5 of 5
  potential  1/5 of 5
  none       2/5 of 5
  ambiguous  1/5 of 5

report self-service from=2026-01-01&to=2026-01-09
  sessions        7 of 7
  closed          6 of 7     # not Hal's
  score           5/3 of 8   # Ann, Ben, Cam, Dan, Eve read; Cam, Dan, Gus wrote
  confirmed       1 of 6     # Ann
  resolved        3 of 6     # Ann, Ben, Dan
  tickets         3 of 3     # T1, T2, T3
  rate_confirmed  1/4 of 4   # 1 / (1 + 3)
  rate_resolved   3/6 of 6   # 3 / (3 + 3)

# On the day on which nobody came but Dan's ticket did.
report self-service from=2026-01-01&to=2026-01-09&by=day
rows 9 hidden 0
row 2026-01-03
  sessions        0 of 0
  closed          0 of 0
  score           0 of 1
  confirmed       0 of 0
  resolved        0 of 0
  tickets         1 of 1
  rate_confirmed  0 of 1
  rate_resolved   0 of 1
row 2026-01-05
  sessions        0 of 0
  closed          0 of 0
  score           null of 0
  confirmed       0 of 0
  resolved        0 of 0
  tickets         0 of 0
  rate_confirmed  null of 0
  rate_resolved   null of 0

# A ticket costs 20.
report cost from=2026-01-01&to=2026-01-09
  engaged  5 of 5
  low      20 of 5      # Ann
  causal   null of 0
  high     60 of 5      # Ann, Ben, Dan

report causal from=2026-01-01&to=2026-01-09
  engaged          5 of 5
  confirmed        1/5 of 5
  potential        2/5 of 5
  effect           null of 0
  tickets_avoided  null of 0
  inflation        null of 0
  detectable       null of 0

report guardrails from=2026-01-01&to=2026-01-09
  abandoned       1/2 of 2    # Ann and Fay searched; Fay left at once
  dwelled         0/2 of 2
  reformulated    0/2 of 2
  not_helpful     1/2 of 2    # Ann said yes, Eve no
  tickets         3 of 3
  after_content   2/3 of 3    # Gus had seen none
  time_to_ticket  90005 of 2  # Cam 7205 s (her 5 s of reading began before 02:00), Dan 172805 s: in the middle
  repeat_contact  0/3 of 3
