#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/db/catalog.h"
#include "sluice/model/endpoint.h"
#include "sluice/model/schema.h"

/// What is in a database, before anybody plans to move it.
namespace sluice::profile {

/// One server as it was found at one moment.
struct Profile {
  std::string side;  ///< the endpoint's: "source" or "target"
  model::Catalog catalog;
  db::Storage storage;
  /// What the connected role may do beyond reading, one line each; empty: it can only read.
  std::vector<std::string> write_privileges;
};

/// Connects and looks; reads catalogues only, never rows. No schemas: all that are the user's, or
/// the connected database on the MySQL family. Throws Error as db does.
[[nodiscard]] Profile take_profile(const model::Endpoint& endpoint,
                                   const std::vector<std::string>& schemas);

inline constexpr std::string_view kProfileSchema = "sluice.inspect/1";
/// Everything there is to know, pretty printed.
[[nodiscard]] std::string to_json(const std::vector<Profile>& profiles);

inline constexpr std::size_t kColumns = 80;
/// The same for people: a list of tables, then each table. Lines are kColumns wide, except where
/// one name is longer. Text from the server is shown with control characters escaped.
[[nodiscard]] std::string to_text(const Profile& profile);

}  // namespace sluice::profile
