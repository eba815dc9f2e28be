#include "tests/gradients/cells.h"

#include "compiler/ir/text.h"
#include "compiler/support/check.h"

namespace rnnc::testing {
namespace {

// `$` is the direction.
std::string in_direction(std::string text, const std::string& direction, const std::string& mark = "$") {
  for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    text.replace(at, mark.size(), direction);
  }
  return text;
}

}  // namespace

ir::Module read_or_die(const std::string& text) {
  auto module = ir::read(text);
  if (!module) support::check_failed("read(text)", module.error().message + "\n" + text, __FILE__, __LINE__);
  return *module;
}

ir::Module lstm(const std::string& direction) {
  return read_or_die(in_direction(R"(module lstm {
  dim X = 2  dim H = 3  dim K = 3  batch B  time T
  func @forward {
    %x = input x : f32[T,B,X]
    %h0 = input state.h : f32[B,H]
    %c0 = input state.c : f32[B,H]
    %Wi = param W.i : f32[H,X]  %Ui = param U.i : f32[H,K]  %bi = param b.i : f32[H]
    %Wf = param W.f : f32[H,X]  %Uf = param U.f : f32[H,K]  %bf = param b.f : f32[H]
    %Wg = param W.g : f32[H,X]  %Ug = param U.g : f32[H,K]
    %Wo = param W.o : f32[H,X]  %Uo = param U.o : f32[H,K]
    %h, %cs, %hT, %cT = scan $ T each(%x) with(%Wi, %Ui, %bi, %Wf, %Uf, %bf, %Wg, %Ug, %Wo, %Uo) carry(%h0, %c0)
        : f32[T,B,H], f32[T,B,H], f32[B,H], f32[B,H] {
      (%x : f32[B,X], %Wi : f32[H,X], %Ui : f32[H,K], %bi : f32[H], %Wf : f32[H,X], %Uf : f32[H,K], %bf : f32[H],
       %Wg : f32[H,X], %Ug : f32[H,K], %Wo : f32[H,X], %Uo : f32[H,K], %h1 : f32[B,H], %c1 : f32[B,H])
      %k = view %h1 : f32[B,K]
      %i1 = contract %Wi, %x over {X} : f32[B,H]  %i2 = contract %Ui, %k over {K} : f32[B,H]
      %i3 = add %i1, %i2 : f32[B,H]  %i4 = broadcast %bi : f32[B,H]  %i5 = add %i3, %i4 : f32[B,H]
      %i = sigmoid %i5 : f32[B,H]
      %f1 = contract %Wf, %x over {X} : f32[B,H]  %f2 = contract %Uf, %k over {K} : f32[B,H]
      %f3 = add %f1, %f2 : f32[B,H]  %f4 = broadcast %bf : f32[B,H]  %f5 = add %f3, %f4 : f32[B,H]
      %f = sigmoid %f5 : f32[B,H]
      %g1 = contract %Wg, %x over {X} : f32[B,H]  %g2 = contract %Ug, %k over {K} : f32[B,H]
      %g3 = add %g1, %g2 : f32[B,H]
      %g = tanh %g3 : f32[B,H]
      %o1 = contract %Wo, %x over {X} : f32[B,H]  %o2 = contract %Uo, %k over {K} : f32[B,H]
      %o3 = add %o1, %o2 : f32[B,H]
      %o = sigmoid %o3 : f32[B,H]
      %fc = mul %f, %c1 : f32[B,H]  %ig = mul %i, %g : f32[B,H]  %c = add %fc, %ig : f32[B,H]
      %tc = tanh %c : f32[B,H]  %h = mul %o, %tc : f32[B,H]
      yield(h = %h, c = %c) next(h = %h, c = %c)
    }
    return h = %h, state.h = %hT, state.c = %cT
  }
})",
                                  direction));
}

ir::Module gru(const std::string& direction) {
  return read_or_die(in_direction(R"(module gru {
  dim H = 3  dim K = 3  batch B  time T
  func @forward {
    %xr = input xr : f32[T,B,H]  %xz = input xz : f32[T,B,H]  %xn = input xn : f32[T,B,H]
    %h0 = param h0 : f32[H]  %first = broadcast %h0 : f32[B,H]
    %Ur = param U.r : f32[H,K]  %Uz = param U.z : f32[H,K]  %Un = param U.n : f32[H,K]
    %h, %hT = scan $ T each(%xr, %xz, %xn) with(%Ur, %Uz, %Un) carry(%first) : f32[T,B,H], f32[B,H] {
      (%xr : f32[B,H], %xz : f32[B,H], %xn : f32[B,H], %Ur : f32[H,K], %Uz : f32[H,K], %Un : f32[H,K], %h1 : f32[B,H])
      %k = view %h1 : f32[B,K]
      %r1 = contract %Ur, %k over {K} : f32[B,H]  %r2 = add %r1, %xr : f32[B,H]  %r = sigmoid %r2 : f32[B,H]
      %z1 = contract %Uz, %k over {K} : f32[B,H]  %z2 = add %z1, %xz : f32[B,H]  %z = sigmoid %z2 : f32[B,H]
      %a = mul %r, %h1 : f32[B,H]  %ak = view %a : f32[B,K]
      %n1 = contract %Un, %ak over {K} : f32[B,H]  %n2 = add %n1, %xn : f32[B,H]  %n = tanh %n2 : f32[B,H]
      %d = sub %h1, %n : f32[B,H]  %zd = mul %z, %d : f32[B,H]  %h = add %n, %zd : f32[B,H]
      yield(h = %h) next(h = %h)
    }
    %s = mul %hT, %hT : f32[B,H]  %loss = reduce sum %s over {B,H} : f32[]
    return h = %h, loss = %loss
  }
})",
                                  direction));
}

ir::Module slstm(const std::string& direction, const std::string& first_m) {
  return read_or_die(in_direction(in_direction(R"(module slstm {
  dim N = 2  dim D = 2  dim E = 2  batch B  time T
  func @forward {
    %xz = input xz : f32[T,B,N,D]  %xi = input xi : f32[T,B,N,D]
    %xf = input xf : f32[T,B,N,D]  %xo = input xo : f32[T,B,N,D]
    %Rz = param R.z : f32[N,D,E]  %Ri = param R.i : f32[N,D,E]  %Rf = param R.f : f32[N,D,E]  %Ro = param R.o : f32[N,D,E]
    %zero = const 0 : f32[B,N,D]
    %low = $first : f32[B,N,D]
    %h, %hT, %cT, %nT, %mT = scan $ T each(%xz, %xi, %xf, %xo) with(%Rz, %Ri, %Rf, %Ro) carry(%zero, %zero, %zero, %low)
        : f32[T,B,N,D], f32[B,N,D], f32[B,N,D], f32[B,N,D], f32[B,N,D] {
      (%xz : f32[B,N,D], %xi : f32[B,N,D], %xf : f32[B,N,D], %xo : f32[B,N,D],
       %Rz : f32[N,D,E], %Ri : f32[N,D,E], %Rf : f32[N,D,E], %Ro : f32[N,D,E],
       %h1 : f32[B,N,D], %c1 : f32[B,N,D], %n1 : f32[B,N,D], %m1 : f32[B,N,D])
      %k = view %h1 : f32[B,N,E]
      %z1 = contract %Rz, %k over {E} : f32[B,N,D]  %z2 = add %z1, %xz : f32[B,N,D]  %z = tanh %z2 : f32[B,N,D]
      %i1 = contract %Ri, %k over {E} : f32[B,N,D]  %ir = add %i1, %xi : f32[B,N,D]
      %f1 = contract %Rf, %k over {E} : f32[B,N,D]  %fr = add %f1, %xf : f32[B,N,D]
      %o1 = contract %Ro, %k over {E} : f32[B,N,D]  %o2 = add %o1, %xo : f32[B,N,D]  %o = sigmoid %o2 : f32[B,N,D]
      %f2 = neg %fr : f32[B,N,D]  %f3 = softplus %f2 : f32[B,N,D]  %logf = neg %f3 : f32[B,N,D]
      %fm = add %logf, %m1 : f32[B,N,D]
      %m = max %fm, %ir : f32[B,N,D]
      %i2 = sub %ir, %m : f32[B,N,D]  %i = exp %i2 : f32[B,N,D]
      %f4 = sub %fm, %m : f32[B,N,D]  %f = exp %f4 : f32[B,N,D]
      %fc = mul %f, %c1 : f32[B,N,D]  %iz = mul %i, %z : f32[B,N,D]  %c = add %fc, %iz : f32[B,N,D]
      %fn = mul %f, %n1 : f32[B,N,D]  %n = add %fn, %i : f32[B,N,D]
      %oc = mul %o, %c : f32[B,N,D]  %h = div %oc, %n : f32[B,N,D]
      yield(h = %h) next(h = %h, c = %c, n = %n, m = %m)
    }
    return h = %h, state.c = %cT, state.n = %nT
  }
})",
                                               first_m, "$first"),
                                  direction));
}

ir::Module mlstm(const std::string& direction) {
  return read_or_die(in_direction(R"(module mlstm {
  dim D = 3  dim K = 2  batch B  time T
  func @forward {
    %q = input q : f32[T,B,K]  %k = input k : f32[T,B,K]  %v = input v : f32[T,B,D]
    %xi = input xi : f32[T,B]  %xf = input xf : f32[T,B]
    %C0 = const 0 : f32[B,D,K]  %n0 = const 0 : f32[B,K]  %m0 = const -inf : f32[B]
    %h, %CT, %nT, %mT = scan $ T each(%q, %k, %v, %xi, %xf) with() carry(%C0, %n0, %m0)
        : f32[T,B,D], f32[B,D,K], f32[B,K], f32[B] {
      (%q : f32[B,K], %k : f32[B,K], %v : f32[B,D], %xi : f32[B], %xf : f32[B], %C1 : f32[B,D,K], %n1 : f32[B,K], %m1 : f32[B])
      %f1 = neg %xf : f32[B]  %f2 = softplus %f1 : f32[B]  %logf = neg %f2 : f32[B]
      %fm = add %logf, %m1 : f32[B]  %m = max %fm, %xi : f32[B]
      %i1 = sub %xi, %m : f32[B]  %i = exp %i1 : f32[B]
      %f3 = sub %fm, %m : f32[B]  %f = exp %f3 : f32[B]
      %ik = broadcast %i : f32[B,K]  %fk = broadcast %f : f32[B,K]  %fC = broadcast %f : f32[B,D,K]
      %key = mul %ik, %k : f32[B,K]
      %C2 = mul %fC, %C1 : f32[B,D,K]  %vk = contract %v, %key over {} : f32[B,D,K]  %C = add %C2, %vk : f32[B,D,K]
      %n2 = mul %fk, %n1 : f32[B,K]  %n = add %n2, %key : f32[B,K]
      %y = contract %C, %q over {K} : f32[B,D]
      %d1 = contract %n, %q over {K} : f32[B]  %d2 = abs %d1 : f32[B]
      %d3 = neg %m : f32[B]  %d4 = exp %d3 : f32[B]  %d = max %d2, %d4 : f32[B]
      %dD = broadcast %d : f32[B,D]  %h = div %y, %dD : f32[B,D]
      yield(h = %h) next(C = %C, n = %n, m = %m)
    }
    return h = %h, state.C = %CT, state.n = %nT
  }
})",
                                  direction));
}

ir::Module attention() {
  return read_or_die(R"(module attention {
  dim M = 2  dim H = 3  dim K = 3  dim A = 2  batch B  time T  time S
  func @forward {
    %x = input x : f32[T,B,H]  %memory = input memory : f32[S,B,M]
    %V = param V : f32[A]  %Wm = param W.m : f32[A,M]  %Ws = param W.s : f32[A,H]  %Wc = param W.c : f32[H,M]
    %s0 = input s0 : f32[B,H]
    %keys = contract %Wm, %memory over {M} : f32[S,B,A]
    %s, %sT = scan forward T each(%x) with(%keys, %memory, %V, %Ws, %Wc) carry(%s0) : f32[T,B,H], f32[B,H] {
      (%x : f32[B,H], %keys : f32[S,B,A], %memory : f32[S,B,M], %V : f32[A], %Ws : f32[A,H], %Wc : f32[H,M], %s1 : f32[B,H])
      %q = contract %Ws, %s1 over {H} : f32[B,A]  %qS = broadcast %q : f32[S,B,A]
      %u = add %keys, %qS : f32[S,B,A]  %tu = tanh %u : f32[S,B,A]
      %score = contract %V, %tu over {A} : f32[S,B]
      %top = reduce max %score over {S} : f32[B]  %still = detach %top : f32[B]  %topS = broadcast %still : f32[S,B]
      %d = sub %score, %topS : f32[S,B]  %e = exp %d : f32[S,B]
      %sum = reduce sum %e over {S} : f32[B]  %sumS = broadcast %sum : f32[S,B]  %a = div %e, %sumS : f32[S,B]
      %context = contract %a, %memory over {S} : f32[B,M]
      %c = contract %Wc, %context over {M} : f32[B,H]  %cx = add %c, %x : f32[B,H]  %cs = add %cx, %s1 : f32[B,H]
      %s = tanh %cs : f32[B,H]
      yield(s = %s) next(s = %s)
    }
    return s = %s, sT = %sT
  }
})");
}

ir::Module scan_in_scan(const std::string& outer, const std::string& inner) {
  return read_or_die(in_direction(in_direction(R"(module nested {
  dim H = 2  dim K = 2  batch B  time T  time S
  func @forward {
    %x = input x : f32[T,B,H]  %y = input y : f32[S,B,H]  %w = param w : f32[H,K]
    %h0 = input h0 : f32[B,H]
    %h, %g, %hT = scan $outer T each(%x) with(%y, %w) carry(%h0) : f32[T,B,H], f32[T,S,B,H], f32[B,H] {
      (%x : f32[B,H], %y : f32[S,B,H], %w : f32[H,K], %h1 : f32[B,H])
      %xS = broadcast %x : f32[S,B,H]  %yx = mul %xS, %y : f32[S,B,H]
      %g, %gS = scan $inner S each(%yx) with(%w, %x) carry(%h1) : f32[S,B,H], f32[B,H] {
        (%yx : f32[B,H], %w : f32[H,K], %x : f32[B,H], %g1 : f32[B,H])
        %k = view %g1 : f32[B,K]  %u = contract %w, %k over {K} : f32[B,H]  %v = add %u, %yx : f32[B,H]
        %vx = add %v, %x : f32[B,H]  %g = tanh %vx : f32[B,H]
        yield(g = %g) next(g = %g)
      }
      %sum = reduce sum %g over {S} : f32[B,H]
      %s = add %sum, %gS : f32[B,H]  %h = sin %s : f32[B,H]
      yield(h = %h, g = %g) next(h = %h)
    }
    return h = %h, g = %g, hT = %hT
  }
})",
                                               outer, "$outer"),
                                  inner, "$inner"));
}

}  // namespace rnnc::testing
