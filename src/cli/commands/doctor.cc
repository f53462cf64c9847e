#include "sluice/doctor/doctor.h"

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/policy_input.h"

namespace sluice::cli {
namespace {

struct DoctorArguments {
  std::string config;
  doctor::Places places;
};

int exit_code_of(doctor::Verdict worst) {
  switch (worst) {
    case doctor::Verdict::ok:
    case doctor::Verdict::warning:
      return kDone;
    case doctor::Verdict::error:
      return kStopRule;
    case doctor::Verdict::unknown:
      return kNotComparable;
  }
  return kInternal;
}

int run_doctor(const DoctorArguments& arguments, Console& console) {
  const ReadConfig config = read_config(arguments.config, console);
  doctor::Places places = arguments.places;
  if (!config.config.policy.empty()) places.policy = policy_path(config.config);
  const std::vector<doctor::Check> checks = doctor::examine(config.config, places);
  console.json() ? console.print(doctor::to_json(checks)) : console.show(doctor::to_text(checks));
  const doctor::Verdict worst = doctor::worst(checks);
  const bool is_mended = worst == doctor::Verdict::ok || worst == doctor::Verdict::warning;
  console.next({is_mended ? "plan" : "doctor", "--config", arguments.config});
  return exit_code_of(worst);
}

}  // namespace

Run declare_doctor(CLI::App& app) {
  const auto arguments = std::make_shared<DoctorArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--ssh-keygen", arguments->places.ssh_keygen,
                 "the program that checks signatures, by its absolute path");
  app.add_option("--archive", arguments->places.archive,
                 "the folder that retire is to archive to: its owner, its disk, its room");
  return [arguments](Console& console) { return run_doctor(*arguments, console); };
}

}  // namespace sluice::cli
