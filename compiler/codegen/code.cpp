#include "compiler/codegen/code.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>
#include <llvm/IR/Module.h>

#include "compiler/support/check.h"

namespace rnnc::codegen {

struct Code::Parts {
  llvm::Module& module;
  std::string cpu, features;
  bool fused;
  llvm::IRBuilder<> builder;
  struct Open {
    llvm::Function* function;
    llvm::IRBuilderBase::InsertPoint before;  // where the function around goes on
  };
  std::vector<Open> open;

  Parts(llvm::Module& of, std::string for_cpu, std::string with_features, bool is_fused)
      : module(of),
        cpu(std::move(for_cpu)),
        features(std::move(with_features)),
        fused(is_fused),
        builder(of.getContext()) {}
  llvm::Function* function() const { return open.back().function; }
  llvm::BasicBlock* block(const char* name) {
    return llvm::BasicBlock::Create(module.getContext(), name, function());
  }
  // Into the second cache.
  void prefetch(Value place, uint32_t to_write) {
    constexpr uint32_t kSecondCache = 2, kData = 1;
    auto number = [&](uint32_t value) { return builder.getInt32(value); };
    builder.CreateIntrinsic(llvm::Intrinsic::prefetch, {place->getType()},
                            {place, number(to_write), number(kSecondCache), number(kData)});
  }
};

namespace {

bool is_float(Value value) { return value->getType()->isFPOrFPVectorTy(); }

Type same_lanes(Value like, Type element) {
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(like->getType());
  return vector ? llvm::FixedVectorType::get(element, vector->getNumElements()) : element;
}

}  // namespace

Code::Code(llvm::Module& module, std::string cpu, std::string features, bool fused)
    : parts_(std::make_unique<Parts>(module, std::move(cpu), std::move(features), fused)) {}
Code::~Code() = default;

// ---------------------------------------------------------------- types

Type Code::f32() const { return parts_->builder.getFloatTy(); }
Type Code::f64() const { return parts_->builder.getDoubleTy(); }
Type Code::i1() const { return parts_->builder.getInt1Ty(); }
Type Code::i8() const { return parts_->builder.getInt8Ty(); }
Type Code::i32() const { return parts_->builder.getInt32Ty(); }
Type Code::i64() const { return parts_->builder.getInt64Ty(); }
Type Code::pointer() const { return parts_->builder.getPtrTy(); }
Type Code::nothing() const { return parts_->builder.getVoidTy(); }
Type Code::vector(Type element, int lanes) const {
  return llvm::FixedVectorType::get(element, static_cast<unsigned>(lanes));
}
Type Code::type_of(Value value) const { return value->getType(); }
int Code::lanes(Value value) const {
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(value->getType());
  return vector ? static_cast<int>(vector->getNumElements()) : 1;
}

// ---------------------------------------------------------------- constants

Value Code::real(double value) const { return llvm::ConstantFP::get(f32(), value); }
Value Code::whole(int64_t value) const { return parts_->builder.getInt64(static_cast<uint64_t>(value)); }
Value Code::whole32(uint32_t value) const { return parts_->builder.getInt32(value); }
Value Code::like(Value shape, double value) const { return llvm::ConstantFP::get(shape->getType(), value); }
Value Code::bits_like(Value shape, uint64_t value) const {
  return llvm::ConstantInt::get(shape->getType(), value);
}
Value Code::zero(Type type) const { return llvm::Constant::getNullValue(type); }

bool Code::is_constant(Value value, int64_t& number) const {
  auto* constant = llvm::dyn_cast<llvm::ConstantInt>(value);
  if (constant) number = constant->getSExtValue();
  return constant != nullptr;
}

Value Code::array(Type element, const std::vector<double>& values) {
  std::vector<llvm::Constant*> elements;
  for (double value : values) {
    elements.push_back(
        element->isFloatTy()
            ? llvm::cast<llvm::Constant>(real(value))
            : llvm::ConstantInt::get(element, static_cast<uint64_t>(static_cast<int64_t>(value))));
  }
  auto* type = llvm::ArrayType::get(element, elements.size());
  auto* data = new llvm::GlobalVariable(parts_->module, type, true, llvm::GlobalValue::PrivateLinkage,
                                        llvm::ConstantArray::get(type, elements), "data");
  data->setAlignment(llvm::Align(64));
  data->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
  return data;
}

namespace {

llvm::GlobalVariable* read_only(llvm::Module& module, std::string_view content, int align,
                                const std::string& name, llvm::GlobalValue::LinkageTypes linkage) {
  auto* all = llvm::ConstantDataArray::getString(module.getContext(), content, false);
  auto* data = new llvm::GlobalVariable(module, all->getType(), true, linkage, all, name);
  data->setAlignment(llvm::Align(static_cast<uint64_t>(align)));
  return data;
}

}  // namespace

Value Code::bytes(std::string_view content, int align) {
  return read_only(parts_->module, content, align, "data", llvm::GlobalValue::PrivateLinkage);
}
void Code::visible_bytes(const std::string& name, std::string_view content, int align) {
  read_only(parts_->module, content, align, name, llvm::GlobalValue::ExternalLinkage);
}

// ---------------------------------------------------------------- arithmetic

Value Code::add(Value a, Value b) {
  return is_float(a) ? parts_->builder.CreateFAdd(a, b) : parts_->builder.CreateAdd(a, b);
}
Value Code::sub(Value a, Value b) {
  return is_float(a) ? parts_->builder.CreateFSub(a, b) : parts_->builder.CreateSub(a, b);
}
Value Code::mul(Value a, Value b) {
  return is_float(a) ? parts_->builder.CreateFMul(a, b) : parts_->builder.CreateMul(a, b);
}
Value Code::div(Value a, Value b) {
  return is_float(a) ? parts_->builder.CreateFDiv(a, b) : parts_->builder.CreateUDiv(a, b);
}
Value Code::neg(Value a) {
  return is_float(a) ? parts_->builder.CreateFNeg(a) : parts_->builder.CreateNeg(a);
}
// Without the instruction LLVM would call fmaf of the C library.
Value Code::fma(Value a, Value b, Value c) {
  if (!parts_->fused) return add(mul(a, b), c);
  return parts_->builder.CreateIntrinsic(llvm::Intrinsic::fma, {a->getType()}, {a, b, c});
}
Value Code::sqrt(Value a) { return parts_->builder.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, a); }
Value Code::both(Value a, Value b) { return parts_->builder.CreateAnd(a, b); }
Value Code::either(Value a, Value b) { return parts_->builder.CreateOr(a, b); }
Value Code::differ(Value a, Value b) { return parts_->builder.CreateXor(a, b); }
Value Code::no(Value a) { return parts_->builder.CreateNot(a); }
Value Code::shift_left(Value a, int bits) {
  return parts_->builder.CreateShl(a, bits_like(a, static_cast<uint64_t>(bits)));
}
Value Code::shift_right(Value a, int bits) {
  return parts_->builder.CreateLShr(a, bits_like(a, static_cast<uint64_t>(bits)));
}
Value Code::shift_left(Value a, Value bits) { return parts_->builder.CreateShl(a, bits); }
Value Code::shift_right(Value a, Value bits) { return parts_->builder.CreateLShr(a, bits); }

Value Code::compare(Compare how, Value a, Value b) {
  auto& builder = parts_->builder;
  switch (how) {
    case Compare::equal:
      return is_float(a) ? builder.CreateFCmpOEQ(a, b) : builder.CreateICmpEQ(a, b);
    case Compare::less:
      return is_float(a) ? builder.CreateFCmpOLT(a, b) : builder.CreateICmpSLT(a, b);
    case Compare::less_equal:
      return is_float(a) ? builder.CreateFCmpOLE(a, b) : builder.CreateICmpSLE(a, b);
    case Compare::greater:
      return is_float(a) ? builder.CreateFCmpOGT(a, b) : builder.CreateICmpSGT(a, b);
  }
  RNNC_UNREACHABLE("a comparison of no kind");
}
Value Code::is_nan(Value a) { return parts_->builder.CreateFCmpUNO(a, a); }
Value Code::select(Value condition, Value yes, Value no) {
  return parts_->builder.CreateSelect(condition, yes, no);
}
Value Code::least(Value a, Value b) { return select(compare(Compare::less, a, b), a, b); }
Value Code::most(Value a, Value b) { return select(compare(Compare::less, a, b), b, a); }

// ---------------------------------------------------------------- conversions

Value Code::bits(Value a) {
  unsigned width = a->getType()->getScalarSizeInBits();
  return parts_->builder.CreateBitCast(a, same_lanes(a, parts_->builder.getIntNTy(width)));
}
Value Code::from_bits(Value a) {
  Type element = a->getType()->getScalarSizeInBits() == 64 ? f64() : f32();
  return parts_->builder.CreateBitCast(a, same_lanes(a, element));
}
Value Code::to_real(Value a) { return parts_->builder.CreateSIToFP(a, same_lanes(a, f32())); }
Value Code::to_whole(Value a) { return parts_->builder.CreateFPToSI(a, same_lanes(a, i32())); }
Value Code::to_f64(Value a) {
  Type wide = same_lanes(a, f64());
  return is_float(a) ? parts_->builder.CreateFPExt(a, wide) : parts_->builder.CreateSIToFP(a, wide);
}
Value Code::to_f32(Value a) { return parts_->builder.CreateFPTrunc(a, same_lanes(a, f32())); }
Value Code::resize(Value a, Type scalar) {
  return parts_->builder.CreateZExtOrTrunc(a, same_lanes(a, scalar));
}
Value Code::resize_signed(Value a, Type scalar) {
  return parts_->builder.CreateSExtOrTrunc(a, same_lanes(a, scalar));
}

Value Code::address(Value pointer) { return parts_->builder.CreatePtrToInt(pointer, i64()); }

// ---------------------------------------------------------------- vectors

Value Code::splat(Value scalar, int lanes) {
  return parts_->builder.CreateVectorSplat(static_cast<unsigned>(lanes), scalar);
}
Value Code::counting(Type element, int lanes) {
  std::vector<llvm::Constant*> numbers;
  for (int i = 0; i < lanes; ++i)
    numbers.push_back(llvm::ConstantInt::get(element, static_cast<uint64_t>(i)));
  return llvm::ConstantVector::get(numbers);
}
Value Code::lane(Value vector, int at) {
  return parts_->builder.CreateExtractElement(vector, static_cast<uint64_t>(at));
}
Value Code::with_lane(Value vector, Value scalar, int at) {
  return parts_->builder.CreateInsertElement(vector, scalar, static_cast<uint64_t>(at));
}

namespace {

std::vector<int> range(int first, int count) {
  std::vector<int> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(first + i);
  return numbers;
}

}  // namespace

Value Code::shuffle(Value a, Value b, const std::vector<int>& lanes) {
  return parts_->builder.CreateShuffleVector(a, b, lanes);
}
Value Code::upper_half(Value vector) {
  return parts_->builder.CreateShuffleVector(vector, range(lanes(vector) / 2, lanes(vector) / 2));
}
Value Code::lower_half(Value vector) {
  return parts_->builder.CreateShuffleVector(vector, range(0, lanes(vector) / 2));
}
Value Code::any(Value flags) {
  return lanes(flags) == 1 && !flags->getType()->isVectorTy() ? flags : parts_->builder.CreateOrReduce(flags);
}

// ---------------------------------------------------------------- memory

Value Code::element(Value pointer, Type type, Value index) {
  return parts_->builder.CreateGEP(type, pointer, index);
}
Value Code::load(Type type, Value pointer, int align) {
  return parts_->builder.CreateAlignedLoad(type, pointer, llvm::Align(static_cast<uint64_t>(align)));
}
void Code::store(Value value, Value pointer, int align) {
  parts_->builder.CreateAlignedStore(value, pointer, llvm::Align(static_cast<uint64_t>(align)));
}
Value Code::load_masked(Type type, Value pointer, Value mask, int align) {
  return parts_->builder.CreateMaskedLoad(type, pointer, llvm::Align(static_cast<uint64_t>(align)), mask,
                                          zero(type));
}
void Code::store_masked(Value value, Value pointer, Value mask, int align) {
  parts_->builder.CreateMaskedStore(value, pointer, llvm::Align(static_cast<uint64_t>(align)), mask);
}
Value Code::local(Type element, int64_t count, int align) {
  llvm::BasicBlock& entry = parts_->function()->getEntryBlock();
  llvm::IRBuilder<> at_entry(&entry, entry.begin());
  auto* memory = at_entry.CreateAlloca(llvm::ArrayType::get(element, static_cast<uint64_t>(count)));
  memory->setAlignment(llvm::Align(static_cast<uint64_t>(align)));
  return memory;
}

// ---------------------------------------------------------------- functions

llvm::Function* Code::begin(const std::string& name, Type result, const std::vector<Type>& parameters,
                            bool visible) {
  auto* type = llvm::FunctionType::get(result, parameters, false);
  auto linkage = visible ? llvm::Function::ExternalLinkage : llvm::Function::InternalLinkage;
  auto* function = llvm::Function::Create(type, linkage, name, parts_->module);
  function->addFnAttr(llvm::Attribute::NoUnwind);
  function->addFnAttr("no-builtins");
  function->addFnAttr("target-cpu", parts_->cpu);
  function->addFnAttr("target-features", parts_->features);
  // Vectors of 16 lanes are meant where the plan has them.
  function->addFnAttr("prefer-vector-width", "512");
  function->addFnAttr("min-legal-vector-width", "512");
  parts_->open.push_back({function, parts_->builder.saveIP()});
  parts_->builder.SetInsertPoint(parts_->block("entry"));
  return function;
}
void Code::leave_as_written() {
  parts_->function()->addFnAttr(llvm::Attribute::OptimizeNone);
  parts_->function()->addFnAttr(llvm::Attribute::NoInline);
}
Value Code::parameter(int at) const { return parts_->function()->getArg(static_cast<unsigned>(at)); }
void Code::no_alias(int parameter) {
  parts_->function()->addParamAttr(static_cast<unsigned>(parameter), llvm::Attribute::NoAlias);
}
void Code::end(Value result) {
  if (result) {
    parts_->builder.CreateRet(result);
  } else {
    parts_->builder.CreateRetVoid();
  }
  parts_->builder.restoreIP(parts_->open.back().before);
  parts_->open.pop_back();
}
void Code::call_at(Value place, const Values& arguments) {
  std::vector<Type> types;
  for (Value argument : arguments) types.push_back(argument->getType());
  parts_->builder.CreateCall(llvm::FunctionType::get(nothing(), types, false), place, arguments);
}

Value Code::call(llvm::Function* function, const Values& arguments) {
  return parts_->builder.CreateCall(function, arguments);
}
llvm::Function* Code::known(const std::string& name) const { return parts_->module.getFunction(name); }
Value Code::visible_counters(const std::string& name, int64_t count) {
  auto* type = llvm::ArrayType::get(i64(), static_cast<uint64_t>(count));
  return new llvm::GlobalVariable(parts_->module, type, false, llvm::GlobalValue::ExternalLinkage,
                                  llvm::ConstantAggregateZero::get(type), name);
}
void Code::prefetch(Value place) { parts_->prefetch(place, 0); }
void Code::prefetch_to_write(Value place) { parts_->prefetch(place, 1); }
Value Code::cycles() { return parts_->builder.CreateIntrinsic(llvm::Intrinsic::readcyclecounter, {}, {}); }
void Code::read_control(Value pointer) {
  parts_->builder.CreateIntrinsic(llvm::Intrinsic::x86_sse_stmxcsr, {}, {pointer});
}
void Code::write_control(Value pointer) {
  parts_->builder.CreateIntrinsic(llvm::Intrinsic::x86_sse_ldmxcsr, {}, {pointer});
}

// ---------------------------------------------------------------- control

Values Code::loop(Value from, Value to, int64_t step, Values start, const Body& body) {
  int64_t first = 0, end = 0;
  if (is_constant(from, first) && is_constant(to, end)) {
    if (first >= end) return start;
    if (first + step >= end) return body(from, start);
  }
  auto& builder = parts_->builder;
  llvm::BasicBlock* before = builder.GetInsertBlock();
  llvm::BasicBlock *head = parts_->block("loop"), *inside = parts_->block("body"),
                   *after = parts_->block("after");
  builder.CreateBr(head);
  builder.SetInsertPoint(head);
  auto* index = builder.CreatePHI(i64(), 2);
  index->addIncoming(from, before);
  std::vector<llvm::PHINode*> nodes;
  Values carried;
  for (Value value : start) {
    nodes.push_back(builder.CreatePHI(value->getType(), 2));
    nodes.back()->addIncoming(value, before);
    carried.push_back(nodes.back());
  }
  builder.CreateCondBr(builder.CreateICmpSLT(index, to), inside, after);
  builder.SetInsertPoint(inside);
  Values next = body(index, carried);
  Value next_index = builder.CreateAdd(index, whole(step));
  llvm::BasicBlock* last = builder.GetInsertBlock();
  index->addIncoming(next_index, last);
  for (size_t i = 0; i < nodes.size(); ++i) nodes[i]->addIncoming(next[i], last);
  builder.CreateBr(head);
  builder.SetInsertPoint(after);
  return carried;
}

void Code::loop(Value from, Value to, int64_t step, const std::function<void(Value)>& body) {
  loop(from, to, step, {}, [&](Value index, const Values&) {
    body(index);
    return Values{};
  });
}

Values Code::if_else(Value condition, const std::function<Values()>& yes, const std::function<Values()>& no) {
  int64_t known = 0;
  if (is_constant(condition, known)) return known ? yes() : no();
  auto& builder = parts_->builder;
  llvm::BasicBlock *yes_block = parts_->block("yes"), *no_block = parts_->block("no"),
                   *after = parts_->block("join");
  builder.CreateCondBr(condition, yes_block, no_block);
  builder.SetInsertPoint(yes_block);
  Values yes_values = yes();
  llvm::BasicBlock* yes_end = builder.GetInsertBlock();
  builder.CreateBr(after);
  builder.SetInsertPoint(no_block);
  Values no_values = no();
  llvm::BasicBlock* no_end = builder.GetInsertBlock();
  builder.CreateBr(after);
  builder.SetInsertPoint(after);
  Values joined;
  for (size_t i = 0; i < yes_values.size(); ++i) {
    auto* node = builder.CreatePHI(yes_values[i]->getType(), 2);
    node->addIncoming(yes_values[i], yes_end);
    node->addIncoming(no_values[i], no_end);
    joined.push_back(node);
  }
  return joined;
}

void Code::when(Value condition, const std::function<void()>& yes) {
  auto do_yes = [&] {
    yes();
    return Values{};
  };
  if_else(condition, do_yes, [] { return Values{}; });
}

}  // namespace rnnc::codegen
