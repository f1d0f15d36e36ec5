const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["assets/Chat-B2.js","assets/Chat-C3.css"])))=>i.map(i=>d[i]);
const a=()=>import("./Chat-B2.js");new Worker(new URL("/assets/worker-D4.js?x=1",import.meta.url));
//# sourceMappingURL=data:application/json;base64,e30=
