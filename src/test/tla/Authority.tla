----------------------------- MODULE Authority -----------------------------
(***************************************************************************)
(* Who has authority over the state while a project is in `redis-write`,   *)
(* and on its way there and back. DESIGN.md 3 and 4 in TLA+; README.md      *)
(* beside this file says what is left out.                                 *)
(*                                                                         *)
(* An image is one state of a record: who holds it, and the number of the  *)
(* write that made it. The numbers are the model's own and rise with each   *)
(* operation, so "older" can be told from "newer"; the bridge never looks  *)
(* at them, it compares holders as the code compares JSON.                 *)
(***************************************************************************)
EXTENDS Naturals, Sequences, FiniteSets, TLC

CONSTANTS
    Records, Clients, None,
    FirstPhase,             \* where the model begins, with Redis believed
    MaxWrites, MaxFaults, MaxChanges,
    Faults,                 \* which of AllFaults may happen
    Reading,                \* whether there is a reader; one reads at a time
    Ordered                 \* one connection, whose commands are answered in the order they were sent

\* The safeguards taken away: none, or one in a twin.
CONSTANT Removed

\* The commit script compares the epoch.
EpochGuard == "EpochGuard" \notin Removed
\* The commit script compares the record's revision.
RevisionGuard == "RevisionGuard" \notin Removed
\* An answer waits for the fsync of the after-image.
JournalBeforeAnswer == "JournalBeforeAnswer" \notin Removed
\* The mirror's checkpoint comes after the files are written.
FilesBeforeCheckpoint == "FilesBeforeCheckpoint" \notin Removed
\* A direct write to a file waits until the journal has nothing of that record.
SettleBeforeFiles == "SettleBeforeFiles" \notin Removed
\* Going down, the flag waits until the journal is drained.
DrainBeforeFlag == "DrainBeforeFlag" \notin Removed
\* A start brings the journal into the files.
ReplayAtStart == "ReplayAtStart" \notin Removed
\* The epoch is in .bridge before anything is sent under it.
FenceIsDurable == "FenceIsDurable" \notin Removed
\* A fence is a compare-and-set too: on the epoch that was seen.
FenceExpects == "FenceExpects" \notin Removed
\* Another server, or one without the epoch, has everything carried over to it.
AskWho == "AskWho" \notin Removed
\* Belief waits until nothing is dirty.
CarryBeforeBelief == "CarryBeforeBelief" \notin Removed
\* The keeper looks after a believed Redis even when no operation does.
KeeperAsks == "KeeperAsks" \notin Removed
\* The return connects when no operation is left that began while Redis was believed.
QuietBeforeProbe == "QuietBeforeProbe" \notin Removed
\* A lost connection ends the belief; none is made while Redis is believed.
DoubtBeforeConnect == "DoubtBeforeConnect" \notin Removed
\* A read waits for the operation under way on its record.
ReadsWait == "ReadsWait" \notin Removed
\* A read that an operation or a change of authority overtook is done again.
ReadsLookAgain == "ReadsLookAgain" \notin Removed

\* Stands in for the order where there is none: a record with an unknown outcome is written to Redis even when the
\* images agree, since the revision they agree at is the one that the late write expects.
UnknownIsRewritten == ~Ordered /\ "UnknownIsRewritten" \notin Removed

ASSUME Removed \subseteq {"EpochGuard", "RevisionGuard", "JournalBeforeAnswer", "FilesBeforeCheckpoint",
                         "SettleBeforeFiles", "DrainBeforeFlag", "ReplayAtStart", "FenceIsDurable",
                         "FenceExpects", "AskWho", "CarryBeforeBelief", "KeeperAsks", "QuietBeforeProbe",
                         "DoubtBeforeConnect", "ReadsWait", "ReadsLookAgain", "UnknownIsRewritten"}

AllFaults == {"timeout", "disconnect", "crash", "same", "older", "empty", "wipe", "journal", "fence", "open"}
ASSUME Faults \subseteq AllFaults

VARIABLES
    \* On disk.
    file,                   \* record -> image
    journal,                \* entries after the last durable checkpoint
    synced,                 \* how many of them are durable
    flag,                   \* phase and epoch
    \* In Redis, and on the way there.
    redis,                  \* data: record -> image and revision; epoch, 0 = none
    wire,                   \* commits sent and not yet executed
    \* In the bridge's memory.
    serving,                \* FALSE from a crash until the journal is in the files
    mem,                    \* the standing: phase, epoch, believed
    fenced,                 \* the epoch that commits are sent under
    conn,                   \* whether there is a connection
    trusted,                \* whether Redis is the server, and the run of it, that was last believed
    dirty, unknown,         \* records; the second are those with an unknown outcome
    op,                     \* record -> the operation that has its lock
    drain,                  \* the mirror: how many entries, and which images are still to be written
    gate,                   \* whether operations may begin
    act,                    \* how far a return or a change of phase is
    saw,                    \* the epoch that the return's probe saw
    carry,                  \* the record that is being carried over, or None
    rd,                     \* the reader
    \* What happened; no part of the bridge sees it.
    writes, faults, changes,
    acked,                  \* record -> the newest write that was acknowledged
    told,                   \* ... and the newest that anybody was told of
    holds,                  \* client -> records it was told it holds
    bad                     \* promises broken by a step, which no state shows

disk == <<file, journal, synced, flag>>
ghosts == <<acked, told, holds, bad>>
counts == <<writes, faults, changes>>
vars == <<file, journal, synced, flag, redis, wire, serving, mem, fenced, conn, trusted, dirty, unknown, op,
          drain, gate, act, saw, carry, rd, writes, faults, changes, acked, told, holds, bad>>

Max(a, b) == IF a > b THEN a ELSE b

Blank == [id |-> 0, holder |-> None]
Idle == [pc |-> "idle", c |-> None, id |-> 0, out |-> FALSE, base |-> 0, img |-> Blank, rev |-> 0]
NoRead == [on |-> FALSE, r |-> None, since |-> 0, redis |-> FALSE, moved |-> FALSE, got |-> FALSE, id |-> 0]
NoDrain == [n |-> 0, todo |-> {}]
FreshRedis(epoch) == [data |-> [r \in Records |-> [img |-> Blank, rev |-> 0]], epoch |-> epoch]

Init ==
    /\ file = [r \in Records |-> Blank]
    /\ journal = <<>> /\ synced = 0
    /\ flag = [phase |-> FirstPhase, epoch |-> 1]
    /\ redis = FreshRedis(1)
    /\ wire = {}
    /\ serving = TRUE
    /\ mem = [phase |-> FirstPhase, epoch |-> 1, believed |-> TRUE]
    /\ fenced = 1 /\ conn = TRUE /\ trusted = TRUE
    /\ dirty = {} /\ unknown = {}
    /\ op = [r \in Records |-> Idle]
    /\ drain = NoDrain
    /\ gate = "open" /\ act = "none" /\ saw = 0 /\ carry = None
    /\ rd = NoRead
    /\ writes = 0 /\ faults = 0 /\ changes = 0
    /\ acked = [r \in Records |-> 0] /\ told = [r \in Records |-> 0]
    /\ holds = [c \in Clients |-> {}]
    /\ bad = {}

----------------------------------------------------------------------------
(* What the bridge knows *)

Entries(r) == {i \in 1..Len(journal) : journal[i].r = r}
LastOf(s) == CHOOSE i \in s : \A j \in s : j <= i

\* The files as the bridge sees them: what is on disk, and over it what the mirror has yet to write.
View(r) ==
    IF Entries(r) /= {} THEN journal[LastOf(Entries(r))].img
    ELSE IF \E t \in drain.todo : t.r = r THEN (CHOOSE t \in drain.todo : t.r = r).img
    ELSE file[r]

FromRedis(r) == mem.phase = "redis-write" /\ mem.believed /\ r \notin dirty
Locked(r) == op[r].pc /= "idle" \/ carry = r

\* Whether Redis answers a command sent now: on an ordered connection everything sent before is executed first.
Answers == conn /\ (Ordered => \A w \in wire : w.own /= "live")

FailedOver(m) == IF m.believed THEN [m EXCEPT !.believed = FALSE, !.epoch = @ + 1] ELSE m
Overtake(rs) == rd' = IF rd.on /\ rd.r \in rs THEN [rd EXCEPT !.moved = TRUE] ELSE rd

FailOver ==
    /\ mem' = FailedOver(mem)
    /\ flag' = [flag EXCEPT !.epoch = mem'.epoch]
    /\ Overtake(Records)

CanFail(kind) == kind \in Faults /\ faults < MaxFaults
Fails(kind) == CanFail(kind) /\ faults' = faults + 1

Tell(r, id) == told' = [told EXCEPT ![r] = Max(@, id)]

----------------------------------------------------------------------------
(* Operations. A client that was told it holds a record gives it back, any other asks for it. *)

Busy(c) == \E r \in Records : op[r].c = c

Start(r, c) ==
    /\ serving /\ gate = "open" /\ ~Locked(r) /\ ~Busy(c) /\ writes < MaxWrites
    /\ writes' = writes + 1
    /\ op' = [op EXCEPT ![r] = [Idle EXCEPT !.pc = IF FromRedis(r) THEN "decide" ELSE "files",
                                            !.c = c, !.id = writes + 1, !.out = r \notin holds[c]]]
    /\ holds' = [holds EXCEPT ![c] = @ \ {r}]
    /\ Overtake({r})
    /\ UNCHANGED <<disk, redis, wire, serving, mem, fenced, conn, trusted, dirty, unknown, drain, saw, gate,
                   act, carry, faults, changes, acked, told, bad>>

Allowed(o, base) == base.holder \in (IF o.out THEN {None, o.c} ELSE {o.c})
After(o) == [id |-> o.id, holder |-> IF o.out THEN o.c ELSE None]

\* A refusal tells its caller what stands there, as a read does.
Refuse(r, base) ==
    /\ op' = [op EXCEPT ![r] = Idle]
    /\ Tell(r, base.id)
    /\ bad' = IF base.id < told[r] THEN bad \cup {"back"} ELSE bad
    /\ UNCHANGED <<acked, holds>>

Acknowledge(r, base) ==
    LET o == op[r] IN
    /\ acked' = [acked EXCEPT ![r] = o.id]
    /\ Tell(r, o.id)
    /\ bad' = IF base < acked[r] THEN bad \cup {"lost"} ELSE bad
    /\ holds' = IF o.out THEN [holds EXCEPT ![o.c] = @ \cup {r}] ELSE holds

Decide(r) ==
    /\ op[r].pc = "decide" /\ Answers
    /\ LET there == redis.data[r] IN
       IF redis.epoch /= fenced
       THEN /\ op' = [op EXCEPT ![r].pc = "files"]
            /\ dirty' = dirty \cup {r}
            /\ FailOver
            /\ UNCHANGED ghosts
       ELSE /\ UNCHANGED <<dirty, mem, flag, rd>>
            /\ IF Allowed(op[r], there.img)
               THEN /\ op' = [op EXCEPT ![r].pc = "send", ![r].base = there.img.id, ![r].img = After(op[r]),
                                        ![r].rev = there.rev]
                    /\ UNCHANGED ghosts
               ELSE Refuse(r, there.img)
    /\ UNCHANGED <<file, journal, synced, redis, wire, serving, fenced, conn, trusted, unknown, drain, saw,
                   gate, act, carry, counts>>

Commit(r, img, rev, who) == [r |-> r, img |-> img, rev |-> rev, epoch |-> fenced, own |-> "live", who |-> who]

Send(r) ==
    /\ op[r].pc = "send" /\ conn
    /\ wire' = wire \cup {Commit(r, op[r].img, op[r].rev, "op")}
    /\ op' = [op EXCEPT ![r].pc = "wait"]
    /\ UNCHANGED <<disk, redis, serving, mem, fenced, conn, trusted, dirty, unknown, drain, saw, gate, act,
                   carry, rd, counts, ghosts>>

\* Nothing has left, so nothing is unknown.
NotAsked(r) ==
    /\ op[r].pc \in {"decide", "send"} /\ (~conn \/ ~mem.believed)
    /\ op' = [op EXCEPT ![r].pc = "files"]
    /\ dirty' = dirty \cup {r}
    /\ UNCHANGED <<disk, redis, wire, serving, mem, fenced, conn, trusted, unknown, drain, saw, gate, act,
                   carry, rd, counts, ghosts>>

\* The commit script.
Execute(w) ==
    LET there == redis.data[w.r]
        rightEpoch == EpochGuard => redis.epoch = w.epoch
        rightRevision == RevisionGuard => there.rev = w.rev
        done == rightEpoch /\ rightRevision
    IN
    /\ wire' = wire \ {w}
    /\ redis' = IF done THEN [redis EXCEPT !.data[w.r] = [img |-> w.img, rev |-> @.rev + 1]] ELSE redis
    /\ IF w.who = "op"
       THEN /\ op' = [op EXCEPT ![w.r].pc = IF done THEN "append" ELSE IF rightEpoch THEN "decide" ELSE "files"]
            /\ dirty' = IF rightEpoch THEN dirty ELSE dirty \cup {w.r}
       ELSE /\ op' = op
            \* An answered carry-over was read back.
            /\ dirty' = IF w.who = "carry" /\ done THEN dirty \ {w.r} ELSE dirty
    /\ unknown' = IF w.who = "carry" /\ done THEN unknown \ {w.r} ELSE unknown
    /\ carry' = IF w.who = "carry" THEN None ELSE carry
    /\ IF w.who /= "nobody" /\ ~rightEpoch THEN FailOver ELSE UNCHANGED <<mem, flag, rd>>
    /\ IF w.who = "carry" /\ ~rightEpoch /\ act \in {"carry", "gate"}
       THEN act' = "none" /\ gate' = "open"
       ELSE UNCHANGED <<act, gate>>
    /\ UNCHANGED <<file, journal, synced, serving, fenced, conn, trusted, drain, saw, counts, ghosts>>

Append_(r) ==
    /\ op[r].pc = "append"
    /\ IF JournalBeforeAnswer
       THEN op' = [op EXCEPT ![r].pc = "sync"] /\ UNCHANGED ghosts
       ELSE op' = [op EXCEPT ![r].pc = "late sync"] /\ Acknowledge(r, op[r].base)
    /\ journal' = Append(journal, [r |-> r, img |-> op[r].img])
    /\ UNCHANGED <<file, synced, flag, redis, wire, serving, mem, fenced, conn, trusted, dirty, unknown, drain,
                   saw, gate, act, carry, rd, counts>>

\* The answer is given in the same step: a crash between the two is one that the journal happens to outlive.
Sync(r) ==
    /\ op[r].pc \in {"sync", "late sync"}
    /\ synced' = Len(journal)
    /\ op' = [op EXCEPT ![r] = Idle]
    /\ IF op[r].pc = "sync" THEN Acknowledge(r, op[r].base) ELSE UNCHANGED ghosts
    /\ UNCHANGED <<file, journal, flag, redis, wire, serving, mem, fenced, conn, trusted, dirty, unknown, drain,
                   saw, gate, act, carry, rd, counts>>

\* The disk is full: the write is refused, and what Redis has of it is not served any more.
JournalFails(r) ==
    /\ op[r].pc = "append" /\ Fails("journal")
    /\ op' = [op EXCEPT ![r] = Idle]
    /\ dirty' = dirty \cup {r}
    /\ UNCHANGED <<disk, redis, wire, serving, mem, fenced, conn, trusted, unknown, drain, saw, gate, act,
                   carry, rd, writes, changes, ghosts>>

\* The files answer: durable, then acknowledged.
Files(r) ==
    /\ op[r].pc = "files"
    /\ SettleBeforeFiles => Entries(r) = {}
    /\ IF Allowed(op[r], View(r))
       THEN /\ file' = [file EXCEPT ![r] = After(op[r])]
            /\ op' = [op EXCEPT ![r] = Idle]
            /\ dirty' = dirty \cup {r}
            /\ Acknowledge(r, View(r).id)
       ELSE Refuse(r, View(r)) /\ UNCHANGED <<file, dirty>>
    /\ UNCHANGED <<journal, synced, flag, redis, wire, serving, mem, fenced, conn, trusted, unknown, drain, saw,
                   gate, act, carry, rd, counts>>

----------------------------------------------------------------------------
(* The mirror *)

Newest(n) == {[r |-> journal[i].r, img |-> journal[i].img] :
                  i \in {j \in 1..n : \A k \in (j + 1)..n : journal[k].r /= journal[j].r}}
Checkpoint(n) ==
    /\ journal' = SubSeq(journal, n + 1, Len(journal))
    /\ synced' = IF synced > n THEN synced - n ELSE 0

DrainBegins ==
    /\ drain = NoDrain /\ journal /= <<>>
    /\ drain' = [n |-> Len(journal), todo |-> Newest(Len(journal))]
    /\ IF FilesBeforeCheckpoint THEN UNCHANGED <<journal, synced>> ELSE Checkpoint(Len(journal))
    /\ UNCHANGED <<file, flag>>

DrainWrites ==
    /\ \E t \in drain.todo :
          /\ file' = [file EXCEPT ![t.r] = t.img]
          /\ drain' = [drain EXCEPT !.todo = @ \ {t}]
    /\ UNCHANGED <<journal, synced, flag>>

DrainEnds ==
    /\ drain.n > 0 /\ drain.todo = {}
    /\ drain' = NoDrain
    /\ IF FilesBeforeCheckpoint THEN Checkpoint(drain.n) ELSE UNCHANGED <<journal, synced>>
    /\ UNCHANGED <<file, flag>>

Drain ==
    /\ DrainBegins \/ DrainWrites \/ DrainEnds
    /\ UNCHANGED <<redis, wire, serving, mem, fenced, conn, trusted, dirty, unknown, op, gate, act, saw, carry,
                   rd, counts, ghosts>>

Drained == journal = <<>> /\ drain = NoDrain

Serve ==
    /\ ~serving /\ Drained
    /\ serving' = TRUE
    /\ UNCHANGED <<disk, redis, wire, mem, fenced, conn, trusted, dirty, unknown, op, drain, saw, gate, act,
                   carry, rd, counts, ghosts>>

----------------------------------------------------------------------------
(* Fail-over and return *)

\* The epoch a fence expects, and whether Redis holds another one.
Seen == IF act = "probed" THEN saw ELSE fenced
Refused == FenceExpects /\ redis.epoch /= Seen

Lost == ~conn \/ ~trusted \/ redis.epoch /= fenced
Noticed == Lost /\ (KeeperAsks \/ dirty /= {} \/ act /= "none")

BreakerOpens ==
    /\ serving /\ mem.believed
    /\ IF Noticed THEN faults' = faults ELSE Fails("open")
    /\ FailOver
    /\ UNCHANGED <<file, journal, synced, redis, wire, serving, fenced, conn, trusted, dirty, unknown, op,
                   drain, saw, gate, act, carry, writes, changes, ghosts>>

\* A new connection comes after the earlier ones were killed. Those of a bridge that crashed can't be.
Connect ==
    /\ conn' = TRUE
    /\ wire' = IF conn THEN wire ELSE {w \in wire : w.own /= "old"}

Quiet == \A r \in Records : op[r].pc \notin {"decide", "send", "wait"}
Still == \A r \in Records : op[r].pc = "idle"

Probe ==
    /\ serving /\ ~mem.believed /\ act = "none"
    /\ QuietBeforeProbe => Quiet
    /\ conn => Answers
    /\ Connect
    /\ dirty' = IF AskWho /\ (~trusted \/ redis.epoch = 0 \/ redis.epoch > mem.epoch) THEN Records ELSE dirty
    /\ act' = "probed" /\ saw' = redis.epoch
    /\ UNCHANGED <<disk, redis, serving, mem, fenced, trusted, unknown, op, drain, gate, carry, rd, counts,
                   ghosts>>

\* The bridge as it stood: the keeper asks Redis who it is while it is still believed.
ConnectsInDoubt ==
    /\ ~DoubtBeforeConnect /\ serving /\ mem.believed /\ ~conn
    /\ Connect
    /\ UNCHANGED <<disk, redis, serving, mem, fenced, trusted, dirty, unknown, op, drain, saw, gate, act, carry,
                   rd, counts, ghosts>>

NextEpoch == Max(mem.epoch, redis.epoch) + 1

\* Redis first, then .bridge.
Fence ==
    /\ act \in {"probed", "up", "down"} /\ Answers /\ ~Refused
    /\ act /= "probed" => mem.believed
    /\ act = "up" => dirty = {}
    /\ act = "down" => (DrainBeforeFlag => Drained)
    /\ redis' = [redis EXCEPT !.epoch = NextEpoch]
    /\ saw' = 0
    /\ \/ /\ fenced' = NextEpoch
          /\ act' = CASE act = "probed" -> "fenced" [] act = "up" -> "up fenced" [] act = "down" -> "down fenced"
          /\ faults' = faults
       \/ /\ Fails("fence")
          /\ act' = IF act = "probed" THEN "none" ELSE act
          /\ UNCHANGED fenced
    /\ UNCHANGED <<disk, wire, serving, mem, conn, trusted, dirty, unknown, op, drain, gate, carry, rd, writes,
                   changes, ghosts>>

NoteFence ==
    /\ act = "fenced"
    /\ mem' = [mem EXCEPT !.epoch = fenced]
    /\ flag' = IF FenceIsDurable THEN [flag EXCEPT !.epoch = fenced] ELSE flag
    /\ act' = "carry"
    /\ UNCHANGED <<file, journal, synced, redis, wire, serving, fenced, conn, trusted, dirty, unknown, op,
                   drain, saw, gate, carry, rd, counts, ghosts>>

CarryOver(r) ==
    /\ serving /\ r \in dirty /\ ~Locked(r) /\ carry = None /\ Answers
    /\ act \in {"carry", "gate"} \/ mem.believed
    /\ Overtake({r})
    /\ IF redis.epoch = fenced /\ redis.data[r].img.holder = View(r).holder /\ ~(UnknownIsRewritten /\ r \in unknown)
       THEN \* The same content: from here on Redis has the newer write as well.
            /\ redis' = [redis EXCEPT !.data[r].img = View(r)]
            /\ dirty' = dirty \ {r} /\ unknown' = unknown \ {r}
            /\ UNCHANGED <<wire, carry>>
       ELSE /\ wire' = wire \cup {Commit(r, View(r), redis.data[r].rev, "carry")}
            /\ carry' = r
            /\ UNCHANGED <<redis, dirty, unknown>>
    /\ UNCHANGED <<disk, serving, mem, fenced, conn, trusted, op, drain, saw, gate, act, counts, ghosts>>

GateShuts ==
    /\ act = "carry" /\ Still
    /\ gate' = "shut" /\ act' = "gate"
    /\ UNCHANGED <<disk, redis, wire, serving, mem, fenced, conn, trusted, dirty, unknown, op, drain, saw,
                   carry, rd, counts, ghosts>>

Believe ==
    /\ act = "gate" /\ conn /\ redis.epoch = fenced
    /\ IF CarryBeforeBelief THEN dirty = {} /\ UNCHANGED dirty ELSE dirty' = {}
    /\ mem' = [mem EXCEPT !.believed = TRUE]
    /\ trusted' = TRUE
    /\ gate' = "open" /\ act' = "none"
    /\ Overtake(Records)
    /\ UNCHANGED <<disk, redis, wire, serving, fenced, conn, unknown, op, drain, saw, carry, counts, ghosts>>

\* Whatever was begun with Redis is given up when it is lost; the return is tried again later.
GiveUp ==
    /\ \/ act \in {"probed", "fenced", "carry", "gate"} /\ (~conn \/ redis.epoch /= Seen)
       \/ act \in {"up", "up fenced"} /\ ~mem.believed
    /\ gate' = "open" /\ act' = "none" /\ saw' = 0
    /\ UNCHANGED <<disk, redis, wire, serving, mem, fenced, conn, trusted, dirty, unknown, op, drain, carry, rd,
                   counts, ghosts>>

----------------------------------------------------------------------------
(* Changes of the phase, all of them behind the gate *)

ChangeBegins ==
    /\ serving /\ act = "none" /\ Still /\ changes < MaxChanges
    /\ mem.phase = "redis-read" => mem.believed
    /\ changes' = changes + 1
    /\ gate' = "shut"
    /\ act' = IF mem.phase = "redis-read" THEN "up" ELSE "down"
    /\ UNCHANGED <<disk, redis, wire, serving, mem, fenced, conn, trusted, dirty, unknown, op, drain, saw,
                   carry, rd, writes, faults, ghosts>>

Flip(phase, epoch) ==
    /\ flag' = [phase |-> phase, epoch |-> epoch]
    /\ mem' = [mem EXCEPT !.phase = phase, !.epoch = epoch]
    /\ gate' = "open" /\ act' = "none"
    /\ Overtake(Records)
    /\ UNCHANGED <<file, journal, synced, redis, wire, serving, fenced, conn, trusted, dirty, unknown, op,
                   drain, saw, carry, counts, ghosts>>

Up == act = "up fenced" /\ mem.believed /\ Flip("redis-write", fenced)

\* Going down must work without Redis.
Down ==
    \/ act = "down fenced" /\ Flip("redis-read", Max(mem.epoch, fenced))
    \/ act = "down" /\ ~mem.believed /\ (DrainBeforeFlag => Drained) /\ Flip("redis-read", mem.epoch + 1)

----------------------------------------------------------------------------
(* Reads *)

ReadBegins(r) ==
    /\ Reading /\ serving /\ ~rd.on
    /\ ReadsWait => op[r].pc = "idle"
    /\ rd' = [NoRead EXCEPT !.on = TRUE, !.r = r, !.since = told[r], !.redis = FromRedis(r)]
    /\ UNCHANGED <<disk, redis, wire, serving, mem, fenced, conn, trusted, dirty, unknown, op, drain, saw, gate,
                   act, carry, counts, ghosts>>

ReadGets ==
    /\ rd.on /\ ~rd.got
    /\ IF rd.redis /\ (~conn \/ redis.epoch /= fenced)
       THEN rd' = NoRead
       ELSE /\ rd.redis => Answers
            /\ rd' = [rd EXCEPT !.got = TRUE, !.id = IF rd.redis THEN redis.data[rd.r].img.id ELSE View(rd.r).id]
    /\ UNCHANGED <<disk, redis, wire, serving, mem, fenced, conn, trusted, dirty, unknown, op, drain, saw, gate,
                   act, carry, counts, ghosts>>

ReadEnds ==
    /\ rd.got
    /\ rd' = NoRead
    /\ IF ReadsLookAgain /\ rd.moved
       THEN UNCHANGED ghosts
       ELSE /\ Tell(rd.r, rd.id)
            /\ bad' = IF rd.id < rd.since THEN bad \cup {"back"} ELSE bad
            /\ UNCHANGED <<acked, holds>>
    /\ UNCHANGED <<disk, redis, wire, serving, mem, fenced, conn, trusted, dirty, unknown, op, drain, saw, gate,
                   act, carry, counts>>

----------------------------------------------------------------------------
(* Faults *)

Waiting == {r \in Records : op[r].pc = "wait"}

\* Whoever waits for an answer will not get it; the files answer instead.
Unanswered(rs) ==
    /\ op' = [r \in Records |-> IF r \in rs THEN [op[r] EXCEPT !.pc = "files"] ELSE op[r]]
    /\ dirty' = dirty \cup rs
    /\ unknown' = unknown \cup rs

Forgotten(w, own) == [w EXCEPT !.own = own, !.who = "nobody"]

TimeOut(w) ==
    /\ Fails("timeout") /\ w.own = "live" /\ w.who /= "nobody"
    /\ wire' = (wire \ {w}) \cup {Forgotten(w, "live")}
    /\ IF w.who = "op" THEN Unanswered({w.r}) /\ UNCHANGED carry
       ELSE carry' = None /\ unknown' = unknown \cup {w.r} /\ UNCHANGED <<op, dirty>>
    /\ UNCHANGED <<disk, redis, serving, mem, fenced, conn, trusted, drain, saw, gate, act, rd, writes, changes,
                   ghosts>>

Disconnect ==
    /\ Fails("disconnect") /\ conn
    /\ conn' = FALSE
    /\ wire' = {IF w.own = "live" THEN Forgotten(w, "old") ELSE w : w \in wire}
    /\ Unanswered(Waiting)
    /\ carry' = None
    /\ UNCHANGED <<disk, redis, serving, mem, fenced, trusted, drain, saw, gate, act, rd, writes, changes,
                   ghosts>>

RedisRestarts ==
    /\ \/ Fails("same") /\ redis' = redis
       \/ Fails("older") /\ redis' = FreshRedis(1)
       \/ Fails("empty") /\ redis' = FreshRedis(0)
    /\ conn' = FALSE /\ trusted' = FALSE
    /\ wire' = {}
    /\ Unanswered(Waiting)
    /\ carry' = None
    /\ UNCHANGED <<disk, serving, mem, fenced, drain, saw, gate, act, rd, writes, changes, ghosts>>

\* FLUSHALL: the connection stays.
RedisIsWiped ==
    /\ Fails("wipe")
    /\ redis' = FreshRedis(0)
    /\ UNCHANGED <<disk, wire, serving, mem, fenced, conn, trusted, dirty, unknown, op, drain, saw, gate, act,
                   carry, rd, writes, changes, ghosts>>

\* The next bridge begins where the disk stands, and with every record to be verified.
Crash ==
    /\ Fails("crash")
    /\ \E kept \in synced..Len(journal) :
          /\ journal' = IF ReplayAtStart THEN SubSeq(journal, 1, kept) ELSE <<>>
          /\ synced' = IF ReplayAtStart THEN kept ELSE 0
    /\ wire' = {Forgotten(w, "dead") : w \in wire}
    /\ serving' = FALSE
    /\ mem' = [phase |-> flag.phase, epoch |-> flag.epoch, believed |-> FALSE]
    /\ fenced' = 0 /\ conn' = FALSE /\ trusted' = FALSE
    /\ dirty' = {} /\ unknown' = {}
    /\ op' = [r \in Records |-> Idle]
    /\ drain' = NoDrain
    /\ gate' = "open" /\ act' = "none" /\ saw' = 0 /\ carry' = None
    /\ rd' = NoRead
    /\ UNCHANGED <<file, flag, redis, writes, changes, ghosts>>

----------------------------------------------------------------------------

\* What goes on by itself once clients, operators and faults rest.
Progress ==
    \/ \E r \in Records : Decide(r) \/ Send(r) \/ NotAsked(r) \/ Append_(r) \/ Sync(r) \/ Files(r) \/ CarryOver(r)
    \/ \E w \in wire : Execute(w)
    \/ Drain \/ Serve
    \/ (BreakerOpens /\ faults' = faults)
    \/ Probe \/ (Fence /\ faults' = faults) \/ NoteFence \/ GateShuts \/ Believe \/ GiveUp \/ Up \/ Down

Fault ==
    \/ \E r \in Records : JournalFails(r)
    \/ \E w \in wire : TimeOut(w)
    \/ Disconnect \/ RedisRestarts \/ RedisIsWiped \/ Crash
    \/ ((BreakerOpens \/ Fence) /\ faults' > faults)

Next ==
    \/ Progress
    \/ Fault
    \/ \E r \in Records, c \in Clients : Start(r, c)
    \/ ChangeBegins
    \/ ConnectsInDoubt
    \/ \E r \in Records : ReadBegins(r)
    \/ ReadGets
    \/ ReadEnds

Spec == Init /\ [][Next]_vars
FairSpec == Spec /\ WF_vars(Progress)

----------------------------------------------------------------------------
(* What is promised *)

\* What a start would find on disk if the machine failed now.
Durable(r) ==
    LET s == {i \in Entries(r) : i <= synced} IN IF s /= {} THEN journal[LastOf(s)].img ELSE file[r]

NoAcknowledgedWriteIsLost ==
    /\ "lost" \notin bad
    /\ \A r \in Records : Durable(r).id >= acked[r]

OneHolder == \A c, d \in Clients : c /= d => holds[c] \cap holds[d] = {}

ReadsDontGoBack == "back" \notin bad

\* While the flag says that the files have authority, the legacy classes may read them.
TheWayBackWorks == flag.phase = "redis-read" => \A r \in Records : file[r].id >= acked[r]

\* Where Redis has authority and answers under our epoch, it says what the files would say.
TheyAgree ==
    \A r \in Records :
        FromRedis(r) /\ ~Locked(r) /\ conn /\ trusted /\ redis.epoch = fenced
            => redis.data[r].img = View(r)

Converged ==
    /\ serving /\ mem.believed /\ conn /\ redis.epoch = fenced /\ dirty = {} /\ Drained /\ gate = "open"
    /\ \A r \in Records : op[r].pc = "idle" /\ redis.data[r].img = file[r]

TheyConverge == <>[]Converged

Symmetry == Permutations(Clients)
============================================================================
