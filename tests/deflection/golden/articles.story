# Three people read one article in four sessions, a fourth reads another.

0s view visitor=ann article=refunds dwell_ms=30000
10s vote visitor=ann article=refunds vote=up

1h view visitor=ben article=refunds dwell_ms=10000
1.01h vote visitor=ben article=refunds vote=down

# Cam comes back after more than half an hour: two sessions. She writes on 3 January.
2h view visitor=cam article=refunds dwell_ms=20000
3h view visitor=cam article=refunds dwell_ms=40000
51h ticket_created visitor=cam ticket=T1

# Somebody of the team answers another ticket with it.
4h article_linked contact=zoe ticket=T9 article=refunds

5h view visitor=dan article=fees dwell_ms=1000

as of 9d

report articles from=2026-01-01&to=2026-01-01
rows 2 hidden 0
row refunds
  views     4 of 4
  readers   3 of 4
  helpful   1/2 of 2   # Ann up, Ben down
  dwell     25 of 4    # 10, 20, 30, 40 s
  attached  0/3 of 3   # two days are more than one
  linked    1 of 1
row fees
  views     1 of 1
  readers   1 of 1
  helpful   null of 0
  dwell     1 of 1
  attached  0/1 of 1
  linked    0 of 0

report attached from=2026-01-01&to=2026-01-01&window=72h
row refunds
  views     4 of 4
  readers   3 of 4
  helpful   1/2 of 2
  dwell     25 of 4
  attached  1/3 of 3   # Cam, once
  linked    1 of 1

report reading from=2026-01-01&to=2026-01-01
  views     5 of 5
  readers   4 of 5
  helpful   1/2 of 2
  dwell     20 of 5    # 1, 10, 20, 30, 40 s
  attached  0/4 of 4
  linked    1 of 1
