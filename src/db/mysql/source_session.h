#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sluice/db/source.h"

#include "db/mysql/connection.h"

namespace sluice::db::mysql {

/// A connection inside its snapshot. Both SQL and streams run over it, since a snapshot of this
/// family belongs to one connection.
class SnapshotSession final : public SourceSession {
 public:
  explicit SnapshotSession(const ConnectSettings& settings);

  [[nodiscard]] std::unique_ptr<RowStream> read(const TableRead& table,
                                                const model::KeyRange& range) override;
  [[nodiscard]] SqlSession& sql() override { return sql_; }
  void cancel() noexcept override { connection_.cancel(); }

  [[nodiscard]] Connection& connection() noexcept { return connection_; }

 private:
  class Sql final : public SqlSession {
   public:
    explicit Sql(Connection& connection) : connection_(connection) {}
    [[nodiscard]] model::Engine engine() const noexcept override { return connection_.engine(); }
    [[nodiscard]] std::string id() const override { return connection_.id(); }
    QueryResult query(std::string_view sql, const std::vector<Parameter>& parameters) override;
    /// Throw Error{internal}: they would end the snapshot.
    void begin() override;
    void commit() override;
    void rollback() noexcept override {}
    void cancel() noexcept override { connection_.cancel(); }

   private:
    Connection& connection_;
  };

  class Stream;

  /// The index whose columns, whole and in order, are the key's; empty where there is none.
  [[nodiscard]] const std::string& key_index(const TableRead& table);

  Connection connection_;
  Sql sql_;
  bool streaming_ = false;
  std::map<std::vector<std::string>, std::string> key_indexes_;  // by schema, table, key columns
};

}  // namespace sluice::db::mysql
