# A chatbot beside search, the survey, and who is not counted.

# Ann is answered and says yes.
0s chat session_id=s1 customer_id=ann user_utterance=refund resolution_status=answered
1m solved visitor=ann article=refunds

# Ben is answered and says nothing.
1h chat session_id=s2 customer_id=ben user_utterance=parcel resolution_status=answered

# Cam is handed over.
2h chat session_id=s3 customer_id=cam user_utterance=lawyer resolution_status=escalated agent_handover_flag=t

# Dan is answered, and writes all the same.
3h chat session_id=s4 customer_id=dan user_utterance=fees resolution_status=answered
4h ticket_created visitor=dan ticket=T1

# Eve searches and reads; Fay searches and finds nothing.
5h query id=E visitor=eve text=fees shown=fees probability=0.9 answered=t
5.01h click visitor=eve query_id=E article=fees position=1
6h query visitor=fay text=strike shown= total=0

6.5h survey visitor=dan ticket=T1 score=2
6.6h survey visitor=ann score=5

# One of the team, a robot, and somebody without a name.
7h query visitor=gil channel=agent text=fees shown=fees probability=0.9
8h query visitor=robot bot=t text=fees shown=fees probability=0.9
9h query text=fees shown=fees probability=0.9

as of 9d

report chat from=2026-01-01&to=2026-01-01
  chats                      4 of 4
  answered                   3/4 of 4   # not Cam
  abstained                  1/4 of 4   # Cam
  handed_over                1/4 of 4
  resolved_confirmed         1/4 of 4   # Ann
  resolved_assumed           1/4 of 4   # Ben
  search_resolved_confirmed  0/3 of 3   # Eve, Fay and the nameless one searched
  search_resolved_assumed    1/3 of 3   # Eve

report survey from=2026-01-01&to=2026-01-01
  answers  2 of 7
  csat     1/2 of 2   # Ann
  score    3.5 of 2

report shares from=2026-01-01&to=2026-01-01
  sessions      9 of 9
  bots          1/9 of 9
  agents        1/8 of 8
  counted       7 of 9
  unidentified  1/7 of 7
  chat          4/7 of 7
