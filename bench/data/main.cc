// sluice-demo-data: writes the rows of the demo and of the bench as files. scripts/demo_data loads
// them.
#include <charconv>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "generate.h"

namespace {

using sluice::demo_data::Engine;
using sluice::demo_data::Request;

constexpr const char* kUsage =
    "usage: sluice-demo-data crm|wide --engine mariadb|postgresql --out FOLDER [--rows N] [--seed "
    "S]\n"
    "  crm   the old CRM, --rows customers (200000)\n"
    "  wide  the table of the bench, --rows rows (2000000)\n"
    "Writes <table>.tsv and summary.json into FOLDER; the same arguments give the same bytes.\n";

struct Arguments {
  bool wide = false;
  Request request;
};

std::uint64_t parse_number(std::string_view option, std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw std::invalid_argument(std::string(option) + ": not a number: " + std::string(text));
  }
  return value;
}

Engine parse_engine(std::string_view name) {
  if (name == "mariadb") return Engine::mariadb;
  if (name == "postgresql") return Engine::postgresql;
  throw std::invalid_argument("--engine: mariadb or postgresql, not " + std::string(name));
}

Arguments parse(std::span<char* const> words) {
  if (words.empty()) throw std::invalid_argument("crm or wide?");
  const std::string_view data = words[0];
  if (data != "crm" && data != "wide")
    throw std::invalid_argument("crm or wide, not " + std::string(data));
  Arguments arguments;
  arguments.wide = data == "wide";
  arguments.request.rows = arguments.wide ? 2'000'000 : 200'000;
  std::optional<Engine> engine;
  for (std::size_t i = 1; i < words.size(); i += 2) {
    const std::string_view option = words[i];
    if (i + 1 == words.size()) throw std::invalid_argument(std::string(option) + ": value missing");
    const std::string_view value = words[i + 1];
    if (option == "--engine") {
      engine = parse_engine(value);
    } else if (option == "--out") {
      arguments.request.folder = value;
    } else if (option == "--rows") {
      arguments.request.rows = parse_number(option, value);
    } else if (option == "--seed") {
      arguments.request.seed = parse_number(option, value);
    } else {
      throw std::invalid_argument("unknown option " + std::string(option));
    }
  }
  if (!engine || arguments.request.folder.empty())
    throw std::invalid_argument("--engine and --out are needed");
  arguments.request.engine = *engine;
  if (!arguments.wide && arguments.request.rows < sluice::demo_data::kMinCustomers) {
    throw std::invalid_argument("--rows: at least " +
                                std::to_string(sluice::demo_data::kMinCustomers) + " customers");
  }
  return arguments;
}

void run(const Arguments& arguments) {
  const std::filesystem::path& folder = arguments.request.folder;
  std::filesystem::create_directories(folder);
  const std::string summary =
      arguments.wide ? generate_wide(arguments.request) : generate_legacy_crm(arguments.request);
  std::ofstream file(folder / "summary.json", std::ios::binary | std::ios::trunc);
  file << summary;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + (folder / "summary.json").string());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(parse(std::span(argv, static_cast<std::size_t>(argc)).subspan(1)));
    return 0;
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "sluice-demo-data: %s\n%s", error.what(), kUsage);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sluice-demo-data: %s\n", error.what());
    return 9;
  }
}
