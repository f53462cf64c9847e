#include "db/side.h"

#include <fmt/format.h>

namespace sluice::db {
namespace {

/// `Base` is SqlSession or TargetSession. Borrows the session and its side.
template <typename Base>
class WrappedSql : public Base, public Wrapped<SqlSession> {
 public:
  WrappedSql(Base& own, Side& side) : Wrapped<SqlSession>(own, side), session_(own) {}

  [[nodiscard]] model::Engine engine() const noexcept override { return session_.engine(); }
  [[nodiscard]] std::string id() const override { return session_.id(); }
  QueryResult query(std::string_view sql, const std::vector<Parameter>& parameters = {}) override {
    return side().run([&] { return session_.query(sql, parameters); });
  }
  void begin() override {
    side().run([&] { session_.begin(); });
  }
  void commit() override {
    side().run([&] { session_.commit(); });
  }
  void rollback() noexcept override { session_.rollback(); }
  void cancel() noexcept override {
    side().cancelled();
    session_.cancel();
  }

 protected:
  [[nodiscard]] Base& session() noexcept { return session_; }

 private:
  Base& session_;
};

/// What a session borrows, in a base of its own: it must be there first and go last.
template <typename Session>
struct Owned {
  Side owned_side;
  std::unique_ptr<Session> owned;
};

class OwnedSql final : private Owned<SqlSession>, public WrappedSql<SqlSession> {
 public:
  OwnedSql(const model::Endpoint& endpoint, std::unique_ptr<SqlSession> session)
      : Owned{Side(endpoint), std::move(session)}, WrappedSql(*owned, owned_side) {}
};

class OwnedTarget final : private Owned<TargetSession>, public WrappedSql<TargetSession> {
 public:
  using TargetSession::write;

  OwnedTarget(const model::Endpoint& endpoint, std::unique_ptr<TargetSession> session)
      : Owned{Side(endpoint), std::move(session)}, WrappedSql(*owned, owned_side) {}

  [[nodiscard]] std::optional<Refusal> write(const TableWrite& table, const codec::RowBuffer& rows,
                                             std::size_t first, std::size_t count) override {
    return side().run([&] { return session().write(table, rows, first, count); });
  }
  [[nodiscard]] std::optional<Refusal> try_query(std::string_view sql) override {
    return side().run([&] { return session().try_query(sql); });
  }
};

class OwnedRows final : private Owned<RowSession>, public WrappedSql<RowSession> {
 public:
  OwnedRows(const model::Endpoint& endpoint, std::unique_ptr<RowSession> session)
      : Owned{Side(endpoint), std::move(session)}, WrappedSql(*owned, owned_side) {}

  void find(const TableRead& table, std::span<const model::Key> keys, SourceBatch& out) override {
    side().run([&] { session().find(table, keys, out); });
  }
  [[nodiscard]] std::optional<Refusal> remove(const TableRead& table,
                                              std::span<const model::Key> keys,
                                              SourceBatch& out) override {
    return side().run([&] { return session().remove(table, keys, out); });
  }
  [[nodiscard]] std::optional<Refusal> insert(const TableRead& table,
                                              const codec::RowBuffer& rows) override {
    return side().run([&] { return session().insert(table, rows); });
  }
  [[nodiscard]] bool try_lock(const std::string& name) override {
    return side().run([&] { return session().try_lock(name); });
  }
};

class WrappedStream final : public RowStream {
 public:
  /// Its statement is on its way since `begun`.
  WrappedStream(std::unique_ptr<RowStream> own, const Side& side, Side::Clock::time_point begun)
      : own_(std::move(own)), side_(side), begun_(begun) {}

  bool read(SourceBatch& out, std::size_t byte_budget) override {
    return side_.run([&] { return own_->read(out, byte_budget); }, begun_);
  }

 private:
  std::unique_ptr<RowStream> own_;
  const Side& side_;
  Side::Clock::time_point begun_;
};

class OwnedSource final : private Owned<SourceSession>,
                          public SourceSession,
                          public Wrapped<SourceSession> {
 public:
  OwnedSource(const model::Endpoint& endpoint, std::unique_ptr<SourceSession> session)
      : Owned{Side(endpoint), std::move(session)},
        Wrapped(*owned, owned_side),
        sql_(owned->sql(), owned_side) {}

  [[nodiscard]] std::unique_ptr<RowStream> read(const TableRead& table,
                                                const model::KeyRange& range) override {
    const auto begun = Side::Clock::now();
    return std::make_unique<WrappedStream>(side().run([&] { return own().read(table, range); }),
                                           side(), begun);
  }
  [[nodiscard]] SqlSession& sql() override { return sql_; }
  void cancel() noexcept override {
    side().cancelled();
    own().cancel();
  }

 private:
  WrappedSql<SqlSession> sql_;
};

}  // namespace

std::string Side::named(const std::string& message) const {
  return name_.empty() ? message : fmt::format("{}: {}", name_, message);
}

model::Error Side::told(const model::Error& error, Clock::time_point begun) const {
  // PostgreSQL has one state for a statement that took too long and for one that somebody ended.
  const bool took_too_long = error.kind() == model::ErrorKind::interrupted && !cancelled_ &&
                             statement_seconds_.count() > 0 &&
                             Clock::now() - begun >= statement_seconds_;
  if (!took_too_long) return {error.kind(), named(error.what()), error.hint(), error.retry()};
  return {model::ErrorKind::config,
          named(fmt::format("{}; \"source_statement_seconds\" is {}", error.what(),
                            statement_seconds_.count())),
          "raise \"source_statement_seconds\" in the config's limits, or leave it out"};
}

std::unique_ptr<SqlSession> at_side(const model::Endpoint& endpoint,
                                    std::unique_ptr<SqlSession> session) {
  return std::make_unique<OwnedSql>(endpoint, std::move(session));
}

std::unique_ptr<TargetSession> at_side(const model::Endpoint& endpoint,
                                       std::unique_ptr<TargetSession> session) {
  return std::make_unique<OwnedTarget>(endpoint, std::move(session));
}

std::unique_ptr<RowSession> at_side(const model::Endpoint& endpoint,
                                    std::unique_ptr<RowSession> session) {
  return std::make_unique<OwnedRows>(endpoint, std::move(session));
}

SnapshotSessions at_side(const model::Endpoint& endpoint, SnapshotSessions snapshot) {
  for (auto& session : snapshot.sessions) {
    session = std::make_unique<OwnedSource>(endpoint, std::move(session));
  }
  if (snapshot.holder) snapshot.holder = at_side(endpoint, std::move(snapshot.holder));
  return snapshot;
}

}  // namespace sluice::db
