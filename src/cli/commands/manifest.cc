#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"
#include "sluice/db/catalog.h"
#include "sluice/db/sql_session.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/manifest_file.h"
#include "cli/run_choice.h"

namespace sluice::cli {
namespace {

constexpr std::string_view kCheckSchema = "sluice.manifest_check/1";

struct ManifestArguments {
  std::string file;
  std::string proof;
  std::string config;
};

int run_show(const ManifestArguments& arguments, Console& console) {
  const ManifestFile file = read_manifest_file(arguments.file);
  if (console.json()) {
    // What people sign is the file: its own bytes, and no other form of them.
    console.print(document::to_text(file.document.head, file.document.body));
    return kDone;
  }
  console.show_whole(
      fmt::format("{}\nSHA-256 {}\n\n", codec::printable_line(file.path), file.sha256));
  console.show_whole(summary_of(file) + "\n");
  std::string all;
  for (const std::string& line : document::lines_of(file.document)) all += line + "\n";
  console.show_whole(all);
  console.next({"manifest", "check", arguments.file});
  return kDone;
}

int exit_code_of(const ManifestCheck& check) {
  if (!check.tampered.empty()) return kApproval;
  return check.foreign.empty() ? kDone : kDrift;
}

std::string to_json(const ManifestFile& file, const ManifestCheck& check) {
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object().member("schema", kCheckSchema).member("file", file.path);
  json.member("sha256", file.sha256).member("run", file.manifest.run_id);
  json.member("checked", check.checked).member("tampered", check.tampered);
  json.member("foreign", check.foreign).end_object();
  return json.take();
}

void say(const ManifestFile& file, const ManifestCheck& check, Console& console) {
  std::string text = fmt::format("{}\n", codec::printable_line(file.path));
  for (const std::string& line : check.checked) text += "looked at: " + line + "\n";
  for (const std::string& line : check.tampered)
    text += "tampered: " + codec::printable_line(line) + "\n";
  for (const std::string& line : check.foreign)
    text += "other: " + codec::printable_line(line) + "\n";
  console.show(text);
  if (!check.tampered.empty()) {
    console.error(fmt::format("{} is not what a verification has written", file.path),
                  "sign and use nothing of it: get the file anew, or verify again");
  } else if (!check.foreign.empty()) {
    console.error(fmt::format("{} is of another run, or of other servers", file.path),
                  "name the config of the migration that it belongs to");
  }
}

/// The servers that the config leads to, and the ledger of the target.
void check_servers(const ManifestFile& file, const config::Config& config, Console& console,
                   ManifestCheck& check) {
  const auto source = db::open_session(config.source, db::Purpose::catalog);
  check_server(file.manifest.source, db::read_identity(*source), "source", check);
  const auto ledger = open_ledger(ledger_of(config), console);
  check_server(file.manifest.target, db::read_identity(*ledger), "target", check);
  check_ledger(file, *ledger, check);
}

int run_check(const ManifestArguments& arguments, Console& console) {
  const ManifestFile file = read_manifest_file(arguments.file);
  ManifestCheck check;
  const std::string proof =
      arguments.proof.empty() ? manifest::proof_path(arguments.file) : arguments.proof;
  check_contents(file, proof, check);
  if (!arguments.config.empty()) {
    check_servers(file, read_config(arguments.config, console).config, console, check);
  }
  if (console.json())
    console.print(to_json(file, check));
  else
    say(file, check, console);
  if (exit_code_of(check) == kDone) {
    // Who has looked at both signs it; without a config it is not known by which policy.
    console.next(arguments.config.empty()
                     ? Words{"manifest", "show", arguments.file}
                     : Words{"approve", arguments.file, "--config", arguments.config});
  }
  return exit_code_of(check);
}

}  // namespace

Run declare_manifest(CLI::App& app) {
  const auto arguments = std::make_shared<ManifestArguments>();
  app.add_option("--config", arguments->config,
                 "check: also whether these servers and the run's ledger are the manifest's");
  CLI::App* show = app.add_subcommand("show", "print all of it, nothing shortened");
  show->fallthrough();
  show->add_option("file", arguments->file, "the manifest")->required();
  CLI::App* check = app.add_subcommand("check", "whether it is whole, adds up and fits its proof");
  check->fallthrough();
  check->add_option("file", arguments->file, "the manifest")->required();
  check->add_option("--proof", arguments->proof, "its proof, where it does not lie beside it");
  app.require_subcommand(1);
  return [arguments, show](Console& console) {
    return show->parsed() ? run_show(*arguments, console) : run_check(*arguments, console);
  };
}

}  // namespace sluice::cli
