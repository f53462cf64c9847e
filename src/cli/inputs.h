#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/config/config.h"
#include "sluice/db/catalog.h"
#include "sluice/db/sql_session.h"
#include "sluice/model/schema.h"
#include "sluice/plan/draft.h"
#include "sluice/plan/plan.h"

#include "cli/console.h"

/// What most verbs begin with. Each function says on the console what is wrong and throws Exit, so
/// that a verb reads as a list of steps.
namespace sluice::cli {

/// A config and the digest of its bytes.
struct ReadConfig {
  config::Config config;
  std::string sha256;
};
[[nodiscard]] ReadConfig read_config(const std::string& path, Console& console);

/// The endpoint that an option names, which stands for this side. Throws Error{usage}.
[[nodiscard]] model::Endpoint endpoint_of_url(const std::string& url, std::string_view side,
                                              std::string_view option = "--url");

/// What both servers have: of PostgreSQL everything, of MySQL the databases that the config names.
struct Catalogs {
  model::Catalog source;
  model::Catalog target;
  std::vector<db::Unseen> unseen = {};  // of the source
  /// Tables of earlier runs that a new one drops: they are there, and not in `target`.
  std::vector<model::QualifiedName> replaced = {};
};
[[nodiscard]] Catalogs read_catalogs(const config::Config& config);
/// Before there is a config, which would name these schemas.
[[nodiscard]] Catalogs read_catalogs(const model::Endpoint& source, const model::Endpoint& target,
                                     const plan::ConfigSchemas& schemas);
[[nodiscard]] model::Catalog read_target_catalog(const config::Config& config);

/// Brings config and catalogues together; tables that are to be made are tried on the target first.
/// `under_way`: a run whose new tables may be there already.
[[nodiscard]] plan::Draft make_draft(const ReadConfig& config, const Catalogs& catalogs,
                                     const plan::UnderWay& under_way = {});
/// A plan from a file that `sluice plan --out` wrote.
[[nodiscard]] plan::Plan read_plan(const std::string& path);

/// How many rows of a table may be in quarantine: the config's own limit, which people may have
/// changed since the plan was made.
[[nodiscard]] std::uint64_t quarantine_limit(const config::Config& config,
                                             const plan::TablePlan& table);

/// What tables of the source have to be.
enum class SourceTables : std::uint8_t {
  as_planned,
  any,  // a run that has begun looks at them one by one (copy/altered.h)
};

/// What servers, tables and config have that the plan was not made from: one line each. A config
/// that differs in its limits only is the plan's own.
[[nodiscard]] std::vector<std::string> drift_of(const plan::Plan& plan, const ReadConfig& config,
                                                const Catalogs& catalogs, SourceTables source);
/// Says so on the console. `config`: the file as it was named.
void explain_drift(const std::vector<std::string>& differences, const std::string& config,
                   Console& console);
/// Refuses (exit 7) when there is any.
void refuse_drift(const plan::Plan& plan, const ReadConfig& config, const Catalogs& catalogs,
                  SourceTables source, Console& console);

}  // namespace sluice::cli
