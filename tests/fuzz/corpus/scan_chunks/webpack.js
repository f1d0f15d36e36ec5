(()=>{n.u=e=>"static/js/"+({17:"admin",29:"chat"}[e]||e)+"."+{17:"0a1b2c3d",29:"4e5f6071"}[e]+".chunk.js",n.miniCssF=e=>"static/css/"+e+"."+{17:"99aa"}[e]+".css"})();
//# sourceMappingURL=main.js.map
