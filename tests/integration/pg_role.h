#pragma once

#include <exception>
#include <string>

#include "pg_fixture.h"

namespace sluice::test {

/// An endpoint of a role that the test has made, which the socket lets in without a password.
[[nodiscard]] inline model::Endpoint endpoint_as(const PostgresDatabase& db,
                                                 const std::string& role) {
  model::Endpoint endpoint = endpoint_of(db);
  endpoint.user = role;
  return endpoint;
}

/// A role of the shared server that goes with the test.
class Role {
 public:
  Role(const PostgresDatabase& db, const std::string& options)
      : db_(db), name_(db.name() + "_role") {
    db_.run("CREATE ROLE " + name_ + " LOGIN " + options);
  }
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;
  ~Role() {
    try {
      db_.run("REASSIGN OWNED BY " + name_ + " TO CURRENT_USER; DROP OWNED BY " + name_ +
              "; DROP ROLE " + name_);
    } catch (const std::exception&) {
      // It goes with the server.
    }
  }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  const PostgresDatabase& db_;
  std::string name_;
};

}  // namespace sluice::test
