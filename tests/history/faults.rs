//! What can fail.

/// What fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A process that has a world is killed.
    ProcessKilled,
    /// It is stopped for a moment.
    ProcessPaused,
    /// It is stopped until another process has opened its world and flushed, and goes on then.
    PausedPastFence,
    /// Another process opens its world.
    TakenOver,
    /// Its connections break.
    Cut,
    /// Its next COMMIT is lost.
    CommitLost,
    /// The answer to its next COMMIT is lost.
    CommitUnanswered,
    /// The same, while the server waits for its standby.
    CommitWaits,
    /// It cannot reach any server for a while.
    Away,
    /// The primary is killed, and started again.
    ServerKilled,
    /// One process of the primary is killed, which makes it start anew.
    BackendKilled,
    /// The primary ends all of its sessions.
    Terminated,
    /// The standby is killed, and started again.
    StandbyKilled,
    /// The standby stops for a while.
    StandbyPaused,
    /// The standby stops, and an operator has the commits not wait for it.
    WaitsCancelled,
    /// The primary is killed and the standby promoted.
    Failover,
    /// The same, with commits that were told not to wait.
    FailoverWithLoss,
    /// The same, and the old primary is started again.
    OldPrimaryStarted,
    /// The standby is promoted while the primary is still there.
    TwoPrimaries,
}

/// Each once, in an order in which a short run meets what matters first.
pub(crate) const ALL: [Fault; 19] = [
    Fault::ProcessKilled,
    Fault::PausedPastFence,
    Fault::OldPrimaryStarted,
    Fault::CommitWaits,
    Fault::ServerKilled,
    Fault::CommitUnanswered,
    Fault::Failover,
    Fault::TakenOver,
    Fault::CommitLost,
    Fault::BackendKilled,
    Fault::WaitsCancelled,
    Fault::TwoPrimaries,
    Fault::Cut,
    Fault::StandbyKilled,
    Fault::Terminated,
    Fault::FailoverWithLoss,
    Fault::ProcessPaused,
    Fault::Away,
    Fault::StandbyPaused,
];
