#pragma once

#include <string>

namespace sluice::cli {

struct CopyArguments {
  std::string config;
  std::string plan;
  std::string operator_name;
  bool join = false;
  bool new_run = false;
  bool dry_run = false;
};

}  // namespace sluice::cli
