# From a search to the ticket form, and what suggestions there do.

# Ann searches, opens a hit, and never sees the form.
0s query id=A visitor=ann text=refund shown=refunds probability=0.9 answered=t
4s click visitor=ann query_id=A article=refunds position=1

# Ben opens nothing of the list, but a suggestion at the form, and says that it helped.
1h query id=B visitor=ben text=parcel shown=parcels probability=0.4
1.1h form_opened visitor=ben
1.11h form_suggestion_shown visitor=ben articles=parcels,strikes
1.12h click visitor=ben article=parcels channel=form position=1
1.13h solved visitor=ben article=parcels

# Cam comes to the form at once, opens no suggestion, and writes.
2h form_opened visitor=cam
2.01h form_suggestion_shown visitor=cam articles=parcels
2.05h ticket_created visitor=cam ticket=T1

# Dan opens a suggestion and leaves without a word.
3h query id=D visitor=dan text=parcel shown=parcels probability=0.4
3.01h form_opened visitor=dan
3.02h form_suggestion_shown visitor=dan articles=parcels
3.03h click visitor=dan article=parcels channel=form position=1

# Eve is shown nothing, and writes.
4h query id=E visitor=eve text=strike shown= total=0
4.01h form_opened visitor=eve
4.02h ticket_created visitor=eve ticket=T2

as of 9d

report funnel from=2026-01-01&to=2026-01-01
  sessions           5 of 5
  searched           4/5 of 5   # not Cam
  clicked            3/4 of 4   # Ann; Ben and Dan at the form
  read               3/4 of 4
  form_opened        3/4 of 4   # Ben, Dan, Eve
  suggestions_shown  2/3 of 3   # not Eve
  suggestion_opened  2/2 of 2
  ticket             1/4 of 4   # Eve; Cam had not searched

report stages from=2026-01-01&to=2026-01-01
  searched  4 of 4
  stage1    1/4 of 4   # Ann
  form      4 of 4     # Ben, Cam, Dan, Eve
  stage2    2/4 of 4   # Ben, Dan

report form from=2026-01-01&to=2026-01-01
  form       4 of 4
  left       2/4 of 4   # Ben, Dan
  shown      3/4 of 4   # not Eve
  explicit   1/2 of 2   # Ben, of Ben and Cam
  implicit   1/3 of 3   # Dan, of Ben, Cam, Dan
  submitted  1/3 of 3   # Cam
  dismissed  1/3 of 3   # Cam
