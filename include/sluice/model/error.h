#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace sluice::model {

/// What failed, as far as the caller can act on it. Each kind has one exit code (cli/exit_code.h).
enum class ErrorKind : std::uint8_t {
  internal,        // a mistake of ours
  usage,           // wrong arguments
  config,          // a config, plan or decision file that cannot be used
  data,            // bytes that are not what their format promises
  stop_rule,       // a limit was crossed
  approval,        // not approved by those who must
  window,          // a rehearsal or window was missed
  locked,          // another process holds it
  drift,           // plan, shape or server identity changed
  connection,      // server or network; may be retried
  storage,         // disk full, file not writable
  not_comparable,  // could not check, or no way to compare
  interrupted,     // a person or a signal asked to stop
};

/// Whether the same action may succeed when tried again, and with which session.
enum class Retry : std::uint8_t { never, same_session, new_session };

/// The world failed: a server, a file, the network, a mistake in input that ends the action.
/// Answers that are "no" (findings, differences, refusals) are values, never this. Drivers'
/// exceptions become this at the edge of src/db. Messages: lower case, no full stop; `hint` says
/// what to do and may be empty. Never holds a secret.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message, Retry retry = Retry::never)
      : std::runtime_error(message), kind_(kind), retry_(retry) {}
  Error(ErrorKind kind, const std::string& message, std::string hint, Retry retry = Retry::never)
      : std::runtime_error(message), kind_(kind), retry_(retry), hint_(std::move(hint)) {}

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] Retry retry() const noexcept { return retry_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  ErrorKind kind_;
  Retry retry_;
  std::string hint_;
};

/// A session could not be opened. Whatever it was wanted for is not at fault.
class NotOpened : public Error {
 public:
  explicit NotOpened(const Error& why) : Error(why) {}
};

/// COMMIT was sent and its answer did not arrive: the work may or may not be there. Ask the ledger
/// before anything else.
class CommitInDoubt : public Error {
 public:
  explicit CommitInDoubt(const std::string& message)
      : Error(ErrorKind::connection, message, Retry::new_session) {}
};

}  // namespace sluice::model
