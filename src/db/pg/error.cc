#include "db/pg/error.h"

#include <algorithm>
#include <array>

#include <libpq-fe.h>
#include <pqxx/except>

namespace sluice::db::pg {
namespace {

using model::Error;
using model::ErrorKind;
using model::Retry;

struct Rule {
  std::string_view sqlstate;  // the whole state, or the two characters of its class
  ErrorKind kind;
  Retry retry;
  const char* hint;
};

constexpr const char* kFunction = "a function of the database says so";

constexpr const char* kNoFunction =
    "sluice's sessions have no search_path: a function that a definition calls must name schemas";

// The first rule that fits counts, so single states stand before their class.
constexpr std::array kRules = {
    Rule{"08P01", ErrorKind::internal, Retry::never, ""},
    Rule{"08", ErrorKind::connection, Retry::new_session, ""},
    Rule{"0A", ErrorKind::data, Retry::never, ""},
    Rule{"22P03", ErrorKind::internal, Retry::never, ""},
    Rule{"22P04", ErrorKind::internal, Retry::never, ""},
    Rule{"22", ErrorKind::data, Retry::never, ""},
    Rule{"23", ErrorKind::data, Retry::never, ""},
    Rule{"25006", ErrorKind::config, Retry::never,
         "the server or the session is read-only: name the primary server"},
    Rule{"25P03", ErrorKind::connection, Retry::new_session, ""},
    Rule{"28", ErrorKind::config, Retry::never,
         "check the user, pg_hba.conf and the password in .pgpass or the service file"},
    Rule{"38", ErrorKind::data, Retry::never, kFunction},
    Rule{"39", ErrorKind::data, Retry::never, kFunction},
    Rule{"3D000", ErrorKind::config, Retry::never, "create the database or correct its name"},
    Rule{"3F000", ErrorKind::drift, Retry::never, ""},
    Rule{"2B", ErrorKind::data, Retry::never, "others depend on it"},
    Rule{"40", ErrorKind::connection, Retry::same_session, ""},
    Rule{"42501", ErrorKind::config, Retry::never,
         "sluice grants prints the SQL that gives the role what it needs"},
    Rule{"42883", ErrorKind::data, Retry::never, kNoFunction},
    Rule{"42P01", ErrorKind::drift, Retry::never, ""},
    Rule{"42703", ErrorKind::drift, Retry::never, ""},
    Rule{"42704", ErrorKind::drift, Retry::never, ""},
    // Of a definition: a default, a check, a type that the config names.
    Rule{"42", ErrorKind::data, Retry::never, ""},
    Rule{"53100", ErrorKind::storage, Retry::never, "free space on the server's disk"},
    Rule{"53200", ErrorKind::connection, Retry::new_session,
         "where it is shared memory that is out: raise max_locks_per_transaction"},
    Rule{"53300", ErrorKind::connection, Retry::new_session,
         "raise max_connections or use fewer readers and writers"},
    Rule{"53", ErrorKind::connection, Retry::new_session, ""},
    Rule{"54", ErrorKind::data, Retry::never, ""},
    Rule{"55000", ErrorKind::data, Retry::never, ""},
    Rule{"55006", ErrorKind::connection, Retry::same_session, ""},
    Rule{"55P03", ErrorKind::connection, Retry::same_session,
         "somebody holds a lock that is needed"},
    Rule{"57014", ErrorKind::interrupted, Retry::never, ""},
    Rule{"57", ErrorKind::connection, Retry::new_session, ""},
    // An extension or a library that is not installed.
    Rule{"58P01", ErrorKind::data, Retry::never, "the server lacks a file: look into its log"},
    Rule{"58", ErrorKind::storage, Retry::never, "look into the server's log"},
    Rule{"P0", ErrorKind::data, Retry::never, kFunction},
    Rule{"XX001", ErrorKind::data, Retry::never, "the server found its own files damaged"},
    Rule{"XX002", ErrorKind::data, Retry::never, "the server found an index damaged: REINDEX it"},
};

constexpr Rule kOtherwise{"", ErrorKind::internal, Retry::never, ""};

const Rule& rule_for(std::string_view sqlstate) {
  const auto* const found = std::find_if(kRules.begin(), kRules.end(), [&](const Rule& rule) {
    return sqlstate.substr(0, rule.sqlstate.size()) == rule.sqlstate;
  });
  return found == kRules.end() ? kOtherwise : *found;
}

/// The server's first line without its severity.
std::string first_line(std::string_view text) {
  for (const std::string_view severity : {"ERROR:  ", "FATAL:  ", "PANIC:  "}) {
    if (text.substr(0, severity.size()) == severity) text.remove_prefix(severity.size());
  }
  return std::string(text.substr(0, text.find('\n')));
}

std::string text_or_empty(const char* text) { return text == nullptr ? std::string() : text; }

/// libpq may say that it could not write before it has read that the server is gone, and knows only
/// then that the connection is lost: it has to read where the server itself has not said why.
bool is_lost(pg_conn* connection, const std::string& sqlstate) {
  if (sqlstate.empty()) static_cast<void>(PQconsumeInput(connection));
  return PQstatus(connection) != CONNECTION_OK;
}

Failure failure_of_exception(pg_conn* connection, const std::exception& error,
                             std::string sqlstate) {
  Failure failure;
  failure.sqlstate = std::move(sqlstate);
  failure.message = first_line(error.what());
  failure.connection_lost = is_lost(connection, failure.sqlstate);
  // libpqxx keeps its own words for a lost connection; libpq's say more.
  if (failure.connection_lost) failure.message = first_line(PQerrorMessage(connection));
  return failure;
}

/// libpqxx 6.4 forgets the state of this one.
std::string sqlstate_of(const pqxx::sql_error& error) {
  const bool forgotten = error.sqlstate().empty() &&
                         dynamic_cast<const pqxx::insufficient_privilege*>(&error) != nullptr;
  return forgotten ? "42501" : error.sqlstate();
}

}  // namespace

Error to_error(const Failure& failure) {
  const std::string state = failure.sqlstate.empty() ? "" : " (SQLSTATE " + failure.sqlstate + ")";
  const std::string message = "postgresql: " + failure.message + state;
  const Rule& rule = rule_for(failure.sqlstate);
  if (failure.connection_lost && rule.retry != Retry::new_session &&
      rule.kind != ErrorKind::config) {
    return Error(ErrorKind::connection, message, Retry::new_session);
  }
  return Error(rule.kind, message, rule.hint, rule.retry);
}

Failure failure_of(pg_conn* connection, const pg_result* result) {
  Failure failure;
  if (result != nullptr) {
    failure.sqlstate = text_or_empty(PQresultErrorField(result, PG_DIAG_SQLSTATE));
    failure.message = text_or_empty(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
  }
  if (failure.message.empty()) failure.message = first_line(PQerrorMessage(connection));
  failure.connection_lost = is_lost(connection, failure.sqlstate);
  return failure;
}

std::optional<Refusal::Kind> refusal_kind(std::string_view sqlstate) noexcept {
  if (sqlstate == "23505" || sqlstate == "23P01") return Refusal::Kind::duplicate_key;
  if (sqlstate == "23502") return Refusal::Kind::not_null;
  if (sqlstate == "23503") return Refusal::Kind::foreign_key;
  if (sqlstate == "23514") return Refusal::Kind::check;
  // The form of the COPY stream, not a value in it: a mistake of ours.
  if (sqlstate == "22P03" || sqlstate == "22P04") return std::nullopt;
  const std::string_view group = sqlstate.substr(0, 2);
  if (group == "22") return Refusal::Kind::value;
  // A function that a domain, a check or an index calls has raised an error of its own.
  if (group == "38" || group == "39" || group == "P0") return Refusal::Kind::value;
  if (sqlstate == "54000") return Refusal::Kind::row_too_big;
  return std::nullopt;
}

void rethrow_as_error(pg_conn* connection) {
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const pqxx::deadlock_detected& error) {
    throw to_error(failure_of_exception(connection, error, "40P01"));
  } catch (const pqxx::serialization_failure& error) {
    throw to_error(failure_of_exception(connection, error, "40001"));
  } catch (const pqxx::transaction_rollback& error) {
    throw to_error(failure_of_exception(connection, error, "40000"));
  } catch (const pqxx::sql_error& error) {
    throw to_error(failure_of_exception(connection, error, sqlstate_of(error)));
  } catch (const pqxx::broken_connection& error) {
    throw to_error(failure_of_exception(connection, error, "08006"));
  } catch (const pqxx::failure& error) {
    throw to_error(failure_of_exception(connection, error, ""));
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::internal, std::string("libpqxx: ") + error.what());
  }
}

}  // namespace sluice::db::pg
